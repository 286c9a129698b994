"""Personal numbers are found by their arithmetic, and none of them survives masking, however it is written."""

import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.chinese import squash
from archive.personal import (
    BANK_CARD,
    IDENTITY,
    MOBILE,
    PASSPORT,
    counts_of,
    find_numbers,
    is_bank_card,
    is_identity_number,
    mask,
    restore,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(region: str, born: date, order: int) -> str:
    """A number as GB 11643 makes it: written apart from the code under test."""
    body = f"{region}{born:%Y%m%d}{order:03}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


def card(first: str, length: int, seed: int) -> str:
    """A card number whose last digit satisfies Luhn."""
    body = first + f"{seed:0{length - 1 - len(first)}}"[-(length - 1 - len(first)):]
    return next(body + str(last) for last in range(10) if _luhn(body + str(last)) % 10 == 0)


def _luhn(number: str) -> int:
    return sum(int(d) if n % 2 == 0 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(number)))


REGIONS = st.sampled_from(["510107", "110105", "440524", "650102", "810000", "911124"])
IDENTITIES = st.builds(identity, REGIONS, st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 999))
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
WRITINGS = st.sampled_from([
    lambda n: n, str.lower, lambda n: n.translate(FULL_WIDTH), " ".join, lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
    lambda n: f"{n[:9]}\n{n[9:]}", lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}", lambda n: f"{n[:17]} {n[17]}",
    lambda n: f"{n[:10]}\u3000\n {n[10:]}", lambda n: f"{n[:12]}\u200b{n[12:]}"])
ROUND = st.text(alphabet="姓名：，。 \n0123456789xX-.张三(){}a１", max_size=24)


def survivors(text: str) -> list[str]:
    """Every valid identity number of 18 in any window of the text's characters, white space and signs left out."""
    plain = re.sub(r"[^0-9A-Za-z*]", "", squash(text)).upper()
    return [plain[n:n + 18] for n in range(len(plain) - 17) if is_identity_number(plain[n:n + 18])]


@given(st.lists(st.tuples(ROUND, IDENTITIES, WRITINGS), min_size=1, max_size=4), ROUND)
def test_no_identity_number_survives_masking(pieces, end):
    text = "".join(before + write(number) for before, number, write in pieces) + end
    masked = mask(text)
    assert len(masked) == len(text)
    assert not find_numbers(masked)
    assert [number for number in survivors(masked) if number in {n for _, n, _ in pieces}] == []


@given(st.text(alphabet="0123456789xX \n-１２３*×号", max_size=120))
def test_masking_ends_and_leaves_nothing_to_mask(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert mask(masked) == masked
    assert find_numbers(masked) == []
    assert all(a == b or b == "*" for a, b in zip(text, masked, strict=True))


@given(IDENTITIES)
def test_the_checksum_decides(number):
    assert is_identity_number(number)
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    assert not is_identity_number(wrong)
    assert mask(wrong) == wrong or is_bank_card(wrong)


@given(IDENTITIES)
def test_the_first_and_last_four_are_shown(number):
    assert mask(f"身份证号：{number}。") == f"身份证号：{number[:4]}**********{number[-4:]}。"


@pytest.mark.parametrize(("text", "masked"), [
    ("510107900307123", "5101*******7123"), ("身份证 510107 900307 123", "身份证 5101** *****7 123"), ("电话：13812345678", "电话：138****5678"), ("138-1234-5678", "138-****-5678"),
    ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8"), ("4111 1111 1111 1111", "4111 **** **** 1111"),
    ("护照号码：E12345678", "护照号码：E1*****78"), ("13812345678、13912345678", "138****5678、139****5678"),
])
def test_each_kind_is_masked_in_its_form(text, masked):
    assert mask(text) == masked


@given(st.lists(st.tuples(st.text("甲乙：, "), IDENTITIES), min_size=1, max_size=4), st.text("丙丁 "))
def test_a_form_sent_back_keeps_the_numbers_it_showed_masked(pieces, added):
    text = "".join(words + number + "。" for words, number in pieces)
    assert restore(mask(text), text) == text
    assert restore(added + mask(text) + added, text) == added + text + added


@pytest.mark.parametrize(("edited", "kept"), [
    ("张三，电话 138****5678", "张三，电话 13812345678"), ("电话 138****0000", "电话 138****0000"), ("电话", "电话"),
    ("电话 13912345678", "电话 13912345678"), ("138****5678 与 138****5678", "13812345678 与 138****5678")])
def test_only_a_number_left_as_it_was_shown_comes_back(edited, kept):
    assert restore(edited, "张三 电话 13812345678") == kept


@pytest.mark.parametrize("text", [
    "合同金额 12 345 678 901 22 元", "统一社会信用代码 91510000MA6CBB1234", "川发改数字函〔2022〕805号", "2024-03-01 12:00:00.123456",
    "028-86601234", "12380000000000000000", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "138 1 23 4567 8", "1 380 000 000 0", "11010519491231002", "510107999999123", "流水号 20240301138123456789",
])
def test_other_numbers_are_left_alone(text):
    assert mask(text) == text


@pytest.mark.parametrize(("first", "length"), [("62", 19), ("62", 16), ("4", 16), ("51", 16), ("34", 15), ("35", 16)])
def test_cards_are_known_by_issuer_length_and_luhn(first, length):
    number = card(first, length, 999999999999999)
    assert is_bank_card(number)
    assert [found.kind for found in find_numbers(f"卡号{number}")] == [BANK_CARD]
    assert not is_bank_card(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_counts_are_of_different_numbers():
    number = identity("510107", date(1990, 3, 7), 12)
    assert counts_of([f"{number} 13812345678", f"{number} 护照E12345678", ""]) == {IDENTITY: 1, MOBILE: 1, PASSPORT: 1}


@pytest.mark.parametrize("text", ["1" * 100_000, "1 " * 50_000, "1\n" * 50_000, "1.1-" * 25_000, "护照" * 50_000])
def test_no_text_takes_long(text):
    start = time.perf_counter()
    mask(text)
    assert time.perf_counter() - start < 5
