"""The table of document types: complete, consistent, and refused with a clear word where it is not."""

import pytest
import yaml

from archive import taxonomy
from archive.chinese import squash
from archive.errors import ArchiveError
from archive.taxonomy import BadTaxonomy, UnknownDocumentType, load, parse

STAGES = ["APP", "APR", "BID", "CON", "BLD", "SUP", "TRL", "ACC", "OM", "PRF", "SEC", "FIN", "MGT"]
ENTRY = {"key": "other", "name": "其他", "stage": "MGT", "class": "2.1", "applies": ["ALL"], "requirement": "O",
         "retention": "30y", "verified": False}


def table(*entries: object, **top: object) -> str:
    return yaml.safe_dump({"version": 1, "stages": {"MGT": "管理"}, "types": list(entries), **top}, allow_unicode=True)


def test_there_are_197_types():
    assert len(load().types) == 197


def test_stages_come_in_the_order_of_a_project():
    assert list(load().stages) == STAGES


def test_every_type_belongs_to_a_stage_and_every_stage_has_types():
    assert sorted(kind.key for code in STAGES for kind in load().by_stage(code)) == sorted(load().index)
    assert all(load().by_stage(code) for code in STAGES)


def test_every_type_but_other_can_be_recognised():
    assert [kind.key for kind in load().types if not kind.keywords] == ["other"]


@pytest.mark.parametrize("kind", load().types, ids=lambda kind: kind.key)
def test_no_keyword_of_a_type_holds_one_of_its_own_negatives(kind):
    assert not [way.words for way in kind.keywords for word in way.words
                if any(squash(negative) in squash(word) for negative in kind.negatives)]


def test_procurement_papers_are_kept_15_years_whatever_the_label_says():
    assert {kind.floor_years for kind in load().by_stage("BID")} == {15}
    assert all(kind.retention_years is None or kind.retention_years >= 15
               for kind in load().types if kind.floor_years)


def test_a_retention_proposal_is_marked_as_unverified():
    assert not load().get("acceptance_opinion").retention_verified
    assert load().get("tender_document").retention_verified


@pytest.mark.parametrize(("key", "clause"), [
    ("third_party_audit_report", "31.2"), ("unit_acceptance_report", "31.3"), ("om_contract", "42"),
    ("payment_voucher", "36.1"), ("note_sheet", None)])
def test_a_type_names_the_article_that_asks_for_it(key, clause):
    assert load().get(key).clause == clause


def test_an_unknown_key_is_refused_with_the_nearest_ones():
    with pytest.raises(UnknownDocumentType) as caught:
        load().get("acceptance_opinon")
    assert isinstance(caught.value, ArchiveError)
    assert "acceptance_opinion" in caught.value.facts["nearest"]
    assert "acceptance_opinion" in str(caught.value)


def test_an_unknown_key_like_no_other_still_says_what_to_do():
    with pytest.raises(UnknownDocumentType, match="请在文件类型表中查找"):
        load().get("验收")


def test_the_table_is_read_once():
    assert taxonomy.load() is taxonomy.load()


def test_a_table_of_one_entry_is_enough():
    assert parse(table(ENTRY)).get("other").retention_years == 30


@pytest.mark.parametrize(("change", "problem"), [
    ({"stage": "XXX"}, "阶段 'XXX' 未定义"),
    ({"requirement": "must"}, "requirement 应为"),
    ({"retention": "5y"}, "retention 应为"),
    ({"verified": "no"}, "verified 应为"),
    ({"applies": []}, "applies 只能取"),
    ({"applies": ["SB", "??"]}, "applies 只能取"),
    ({"name": ""}, "name 应为非空文字"),
    ({"clause": 31.2}, "clause 应为文字"),
    ({"keywords": ["验收报告"]}, "keywords 应为文字列表"),
    ({"keywords": [[]]}, "有空的一项"),
    ({"keywords": [{"all": ["测评"]}]}, "条件写法"),
    ({"floor_years": 0}, "floor_years 应为正整数"),
    ({"floor_years": 31}, "保管期限短于"),
    ({"keyword": [["验收"]]}, "不认识的字段 keyword"),
])
def test_a_wrong_entry_is_named_with_its_problem(change, problem):
    with pytest.raises(BadTaxonomy) as caught:
        parse(table(ENTRY | change))
    assert problem in str(caught.value)
    assert "第 1 个类型" in str(caught.value)


def test_a_missing_field_is_named():
    entry = {key: value for key, value in ENTRY.items() if key != "retention"}
    with pytest.raises(BadTaxonomy, match="缺少字段 retention"):
        parse(table(entry))


@pytest.mark.parametrize(("second", "problem"), [
    (ENTRY | {"name": "别的"}, "key 重复"), (ENTRY | {"key": "others"}, "名称与 other 重复")])
def test_duplicates_are_refused(second, problem):
    with pytest.raises(BadTaxonomy, match=problem):
        parse(table(ENTRY, second))


@pytest.mark.parametrize("text", ["", "types: [", "- 1", table(ENTRY, extra=1), table(ENTRY, version="1"),
                                  table(ENTRY, types={}), table(ENTRY, stages=["MGT"]), table(ENTRY | {"key": "x"}),
                                  table("other")])
def test_what_is_not_a_table_is_refused(text):
    with pytest.raises(BadTaxonomy):
        parse(text)
