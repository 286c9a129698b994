"""Values read from pages: each with its place, whatever way it is written, and nothing where nothing stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import Invalid
from archive.field_kinds import canonical, shown
from ingest.fields import read_fields
from ingest.fields.money import figures, words
from retention.consistency.papers import SURE

CONTRACT = """临江市智慧水务平台建设项目
采购合同
合同编号：LJ-2024-0012（A）
甲 方（采购人）：临江市大数据管理局
乙 方（供应商）：青岚华拓信息有限公司
签订日期：2024年3月15日
一、合同金额
合同总金额（人民币）：大写 壹佰贰拾捌万
元整（¥1,280,000.00元）。
二、服务期限：自2024年4月1日起至2025年3月31日止。"""
LETTER = """四川省发展和改革委员会文件
川发改数字〔2024〕88号
关于临江市智慧水务平台建设项目竣工验收意见
经审查，验收结论为：通过。
四川省发展和改革委员会
2024年11月5日"""


def values(*pages: str) -> dict[str, str]:
    return {found.key: found.value for found in read_fields(pages)}


def test_a_contract() -> None:
    assert values(CONTRACT) | {"doc_date": ""} == {
        "doc_date": "", "contract_no": "LJ-2024-0012（A）", "party_a": "临江市大数据管理局", "party_b": "青岚华拓信息有限公司",
        "contract_amount": "128000000", "amount_in_words": "128000000", "signed_on": "2024-03-15", "start_on": "2024-04-01",
        "end_on": "2025-03-31"}


def test_a_letter() -> None:
    assert values(LETTER) == {"doc_no": "川发改数字〔2024〕88号", "doc_date": "2024-11-05", "issuer": "四川省发展和改革委员会",
                              "conclusion": "通过"}


def test_every_value_stands_where_it_is_said_to_stand() -> None:
    pages = ("封面", CONTRACT, LETTER)
    for found in read_fields(pages):
        assert pages[found.page - 1][found.start:found.end] == found.quote
        assert 0 < found.confidence <= 1
    assert {found.page for found in read_fields(pages)} == {2, 3}


@pytest.mark.parametrize(("text", "fen"), [
    ("合同金额为人民币1,280,000元", 128_000_000), ("合同总价：128万元", 128_000_000), ("合同金额（万元）：128.50", 128_500_000),
    ("合同价款：￥3250000.00", 325_000_000), ("签约合同价：1.2亿元", 12_000_000_000), ("合同金额\n人民币 90 万元", 90_000_000),
    ("合同金额：合\n计人民币 500,000.5 元", 50_000_050)])
def test_amounts_in_figures(text: str, fen: int) -> None:
    assert values(text)["contract_amount"] == str(fen)


def test_a_fee_may_be_another_contracts() -> None:
    found = {f.key: f for f in read_fields(["工程监理费用为人民币壹佰贰拾万零玖佰元整（120.09万元），分三期支付"])}
    assert (found["contract_amount"].value, found["amount_in_words"].value) == ("120090000", "120090000")
    assert found["contract_amount"].confidence < SURE


@pytest.mark.parametrize("text", ["合同金额详见附件3", "合同金额的30%在验收后支付", "本项目投资128万元", "合同金额：无", "合同金额：0.001元"])
def test_what_is_no_amount(text: str) -> None:
    assert "contract_amount" not in values(text)


@pytest.mark.parametrize(("text", "fen"), [
    ("人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", 123_456_789), ("叁佰贰拾伍万元整", 325_000_000), ("伍佰万零叁圆整", 500_000_300),
    ("貳拾萬元正".replace("貳", "贰"), 20_000_000), ("壹仟元零伍分", 100_005), ("壹亿贰仟万元整", 12_000_000_000), ("元整", None), ("", None), ("通过", None)])
def test_amounts_in_words(text: str, fen: int | None) -> None:
    assert words(text) == fen


@given(st.integers(1, 10**12))
@settings(max_examples=60)
def test_figures_in_yuan_and_in_ten_thousands_are_the_same_sum(fen: int) -> None:
    assert figures(f"{fen // 100:,}.{fen % 100:02}", "") == fen
    assert figures(f"{fen // 10**6}", "万") == fen // 10**6 * 10**6
    assert canonical("contract_amount", shown("contract_amount", str(fen))) == str(fen)


@pytest.mark.parametrize(("text", "key", "value"), [
    ("被测系统安全保护等级为第三级（S3A3），", "mlps_level", "三级"), ("通过三级等保测评", "mlps_level", "三级"), ("定级结果：第2级", "mlps_level", "二级"),
    ("证书有效期至2025年12月31日", "valid_until", "2025-12-31"), ("有效期：2024.01.01至2026.12.31", "valid_until", "2026-12-31"),
    ("评标办法：价格分 10分，技术分60分", "price_weight", "10"), ("价格权重为30%", "price_weight", "30"), ("价格权值：0.1", "price_weight", "10"),
    ("投标报价分值占30分", "price_weight", "30"), ("工程审定金额为126.5万元", "settled_amount", "126500000"),
    ("建设单位：省水文局\n承建单位：青岚华拓信息有限公司\n", "party_b", "青岚华拓信息有限公司"), ("合同编号：川采〔2024〕15号\n", "contract_no", "川采〔2024〕15号")])
def test_single_values(text: str, key: str, value: str) -> None:
    assert values(text)[key] == value


@pytest.mark.parametrize(("text", "key"), [
    ("合同编号：\n甲方：", "contract_no"), ("合同编号：详见封面", "contract_no"), ("甲方：                乙方：", "party_a"), ("甲方应当及时付款。", "party_a"),
    ("服务期限：2025年3月1日至2024年3月1日", "start_on"), ("签订日期：2024年13月45日", "signed_on"), ("价格由市场决定，占30天", "price_weight"),
    ("系统分为三级目录", "mlps_level")])
def test_silence_is_no_value(text: str, key: str) -> None:
    assert key not in values(text)


def test_a_paper_that_disagrees_with_itself_is_not_sure() -> None:
    found = {f.key: f for f in read_fields(["合同金额：100万元。\n合同金额：200万元。"])}
    assert (found["contract_amount"].value, found["contract_amount"].confidence) == ("100000000", 0.5)


@given(st.lists(st.text(), max_size=4))
@settings(max_examples=150)
def test_whatever_the_text_is_places_are_true(pages: list[str]) -> None:
    for found in read_fields(pages):
        assert pages[found.page - 1][found.start:found.end][:300] == found.quote


@pytest.mark.parametrize(("key", "text"), [("contract_amount", "很多"), ("signed_on", "2024年2月30日"), ("price_weight", "130"),
                                           ("mlps_level", "九级"), ("party_a", " "), ("nonsense", "x"), ("party_a", "长" * 201)])
def test_what_a_person_types_is_held_to_its_kind(key: str, text: str) -> None:
    with pytest.raises(Invalid):
        canonical(key, text)


@pytest.mark.parametrize(("key", "text", "value"), [
    ("contract_amount", "128 万元", "128000000"), ("signed_on", "2024年3月5日", "2024-03-05"), ("price_weight", "10%", "10"),
    ("mlps_level", "第三级", "三级"), ("mlps_level", "3", "三级"), ("party_b", " 某公司 ", "某公司")])
def test_what_a_person_types_has_one_form(key: str, text: str, value: str) -> None:
    assert canonical(key, text) == value
