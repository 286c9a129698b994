"""Amounts in figures and in words (大写), as integer fen, and those of a contract or a settlement. Home of `cn2an`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ingest.fields.base import DOUBTFUL, LABELLED, LIKELY, Found, Sheet, any_of, matches

_FIGURES = re.compile(r"(?:¥|rmb|人民币)?\n?(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\n?(?P<unit>[万亿]?)\n?(?P<yuan>元)?")
_NUMERAL = "零〇壹贰叁肆伍陆柒捌玖拾佰仟一二三四五六七八九十百千两萬万亿"
_WORDS = re.compile(
    rf"(?:人民币)?\n?(?P<yuan>[{_NUMERAL}\n]{{1,40}})[元圆](?P<rest>(?:[{_NUMERAL}]角)?(?:零?[{_NUMERAL}]分)?)[整正]?")
_CONTRACT = re.compile(any_of(
    "合同金额", "合同总金额", "合同总价", "合同价款", "合同总价款", "合同价", "签约合同价", "合同总额", "服务费总额", "合同服务费")
    + r"(?P<unit>\([^)\n]{0,14}\))?(?:共计|总计|合计|为|是|:|\n){0,3}")
_FEE = re.compile(any_of(
    "监理费用", "监理服务费", "测评费用", "测评服务费", "运维费用", "运维服务费", "审计费用", "评估费用", "服务费用", "开发费用")
    + r"(?P<unit>\([^)\n]{0,14}\))?(?:共计|总计|合计|为|是|:){1,2}")
_SETTLED = re.compile(
    any_of("审定金额", "审定造价", "审定价", "审定投资", "审定总金额") + r"(?P<unit>\([^)\n]{0,14}\))?(?:共计|为|是|:|\n){0,3}")
_WINDOW = 60
_OLD = str.maketrans("萬圆两〇", "万元二零")


def figures(number: str, unit: str) -> int | None:
    """Fen of a number written in figures with its unit; None where it is no whole number of fen."""
    fen = Decimal(number.replace(",", "")) * {"万": 10_000, "亿": 100_000_000}.get(unit, 1) * 100
    return int(fen) if fen == fen.to_integral_value() and fen < 10**17 else None


def words(text: str) -> int | None:
    """Fen of an amount written out in full, None where it is none.

    >>> words("人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分")
    123456789
    """
    match = _WORDS.search(text)
    if match is None:
        return None
    try:
        yuan = _number(match["yuan"].replace("\n", "").translate(_OLD))
        rest = {part[-1]: _number(part[-2:-1]) for part in re.findall(r"[^零]?[角分]", match["rest"])}
    except (ValueError, TypeError, IndexError):
        return None
    return yuan * 100 + rest.get("角", 0) * 10 + rest.get("分", 0)


def _number(numeral: str) -> int:
    """Loading what reads numerals takes a quarter of the start of every command; few commands read one."""
    import cn2an  # type: ignore[import-untyped]

    return int(cn2an.cn2an(numeral, "smart"))


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    """The amounts that are labelled as those of the contract or of the settlement."""
    for sheet, label in matches(_CONTRACT, sheets):
        yield from _after(sheet, label, "contract_amount", "amount_in_words")
    for sheet, label in matches(_FEE, sheets):  # of this contract, or of another the paper speaks of: a person has to say
        for found in _after(sheet, label, "contract_amount", "amount_in_words"):
            yield replace(found, confidence=DOUBTFUL)
    for sheet, label in matches(_SETTLED, sheets):
        yield from _after(sheet, label, "settled_amount", "")


def _after(sheet: Sheet, label: re.Match[str], key: str, words_key: str) -> Iterator[Found]:
    end = min([label.end() + _WINDOW, *(at for at in (sheet.dense.find(mark, label.end()) for mark in "。;") if at >= 0)])
    unit = "万" if "万元" in (label["unit"] or "") else ""
    for match in _FIGURES.finditer(sheet.dense, label.end(), end):
        bare = match["yuan"] or match["unit"] or unit or match[0].startswith(("¥", "rmb", "人民币"))
        if not bare or (fen := figures(match["n"], match["unit"] or unit)) is None:
            continue
        near = match.start() - label.end() <= 12 or words_key
        yield sheet.found(key, str(fen), label.start(), match.end(), LABELLED if near else LIKELY)
        break
    if words_key and (full := _WORDS.search(sheet.dense, label.end(), end)) and (fen := words(full[0])) is not None:
        yield sheet.found(words_key, str(fen), label.start(), full.end(), LABELLED)
