"""Personal numbers in a text: resident identity, mobile, bank card and passport numbers; where they are, and masked.

Numbers are recognised by their own arithmetic (GB 11643, Luhn) and also where digits are full-width, spaced out or cut
by a line. Masking puts `*` for the inner digits, one for one, so that every offset stays right. Pure functions in a
neutral place: search, pages and exports show nothing that did not go through `mask`.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

IDENTITY, MOBILE, BANK_CARD, PASSPORT = "identity", "mobile", "bank_card", "passport"
KINDS = frozenset({IDENTITY, MOBILE, BANK_CARD, PASSPORT})
PERSONAL_LABEL = "含个人信息"
NAMES = {IDENTITY: "居民身份证号", MOBILE: "手机号码", BANK_CARD: "银行卡号", PASSPORT: "护照号"}

# One digit in any writing, and what may stand between two: white space (a line's end too), hyphens, dots.
_PLAIN = str.maketrans({0xFF10 + n: str(n) for n in range(10)} | dict.fromkeys("Ｘｘx×ΧХ", "X"))
_GAP = r"[\s\u200b-\u200d\ufeff\-‐‑–—.·_]{0,3}"
_RUN = re.compile(rf"[0-9０-９](?<![0-9０-９][0-9０-９])(?:{_GAP}[0-9０-９]){{10,}}+(?:{_GAP}[xXｘＸ×ΧХ])?")
_PASSPORT = re.compile(r"(?:护照(?:号码?|号)?|passport(?:\s*no\.?)?)\s*[:：]?\s*([A-Za-z][A-Za-z0-9]?\d{7}|\d{9})(?!\d)", re.IGNORECASE)
_NAME = re.compile(r"(?:[a-z0-9]+:)?(?:[0-9a-f]{24}|[0-9a-f]{40}|[0-9a-f]{64})")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Provinces, residents from Hong Kong, Macao and Taiwan (81-83), foreigners with a permanent residence (9 before the province).
_PROVINCES = frozenset(map(str, (
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83, *range(91, 99))))
# Issuers' first digits and the lengths of their cards (China UnionPay, Visa, Mastercard, American Express, JCB).
_CARDS = (("62", range(16, 20)), ("9", range(16, 20)), ("4", range(16, 17)), ("5", range(16, 17)), ("34", range(15, 16)),
          ("37", range(15, 16)), ("35", range(16, 17)), ("6", range(16, 20)))
_CENTURIES = frozenset(("18", "19", "20"))
_MOBILE = re.compile(r"1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")


@dataclass(frozen=True, slots=True)
class Number:
    """A personal number found: its kind, and where it stands in the text. `digits` is its plain form."""

    kind: str
    start: int
    end: int
    digits: str


def is_identity_number(number: str) -> bool:
    """Whether 18 (GB 11643, with checksum) or 15 characters are a resident identity number with a possible birthday."""
    if len(number) == 18 and number[:17].isdigit():
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
        return _CHECKS[total % 11] == number[17].upper() and number[:2] in _PROVINCES and _is_day(number[6:14])
    return len(number) == 15 and number.isdigit() and number[:2] in _PROVINCES and _is_day("19" + number[6:12])


def is_bank_card(number: str) -> bool:
    """Whether digits are a payment card's by issuer, length and Luhn's checksum."""
    return any(number.startswith(first) and len(number) in lengths for first, lengths in _CARDS) and _luhn(number)


def is_mobile(number: str) -> bool:
    return _MOBILE.fullmatch(number) is not None


def find_numbers(text: str) -> list[Number]:
    """Every personal number of the text, in order. Identity numbers are found wherever they begin in a run of digits;
    others must be written as people write them, as tables are full of digits."""
    found = [number for run in _RUN.finditer(text) for number in _in_run(run)]
    for match in _PASSPORT.finditer(text) if "护照" in text or "passport" in text.casefold() else ():
        if not any(number.start < match.end(1) and match.start(1) < number.end for number in found):
            found.append(Number(PASSPORT, match.start(1), match.end(1), match[1].upper()))
    return sorted(found, key=lambda number: number.start)


def counts_of(pages: Sequence[str]) -> dict[str, int]:
    """How many different numbers of each kind the pages hold."""
    return dict(Counter(kind for kind, _ in {(number.kind, number.digits) for page in pages for number in find_numbers(page)}))


def mask(text: str) -> str:
    """The text with the inner digits of every personal number as `*`: `5101**********1234`. Its length stays."""
    while numbers := find_numbers(text):  # what stays of one may be part of another
        chars = list(text)
        for number in numbers:
            inner = [at for at in range(number.start, number.end) if _counts(text[at])]
            head, tail = _SHOWN[number.kind]
            for at in inner[head:len(inner) - tail]:
                chars[at] = "*"
        text = "".join(chars)
    return text


def mask_values(value: Any) -> Any:
    """The same with every text in it masked, however deep; ids and digests are no texts, whatever digits they hold."""
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) else mask(value)
    if isinstance(value, Mapping):
        return {key: mask_values(inner) for key, inner in value.items()}
    return [mask_values(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def mask_pages(pages: Sequence[str]) -> list[str]:
    """Pages with their numbers masked, also one that begins on a page and ends on the next."""
    whole, masked, at = mask("\n".join(pages)), [], 0
    for page in pages:
        masked.append(whole[at:at + len(page)])
        at += len(page) + 1
    return masked


def restore(edited: str, original: str) -> str:
    """What a person made of a text shown masked, with the numbers back where they left them: a form must not turn a
    number into asterisks. Masked numbers that were taken out or changed stay so."""
    hidden, at, parts = mask(original), 0, []
    for number in find_numbers(original):
        shown = hidden[number.start:number.end]
        found = edited.find(shown, at) if "*" in shown else -1
        if found >= 0:
            parts += [edited[at:found], original[number.start:number.end]]
            at = found + len(shown)
    return "".join(parts) + edited[at:]


_SHOWN = {IDENTITY: (4, 4), MOBILE: (3, 4), BANK_CARD: (4, 4), PASSPORT: (2, 2)}


def _in_run(run: re.Match[str]) -> Iterator[Number]:
    """The numbers inside a run of digits. A run written apart may be several numbers: `13812345678 13912345678`."""
    text = run[0]
    places = [at for at, char in enumerate(text) if _counts(char)]
    plain = "".join([text[at] for at in places]).translate(_PLAIN)
    cuts = _cuts(places)
    starts = {at for at in range(len(plain) - 17)
              if plain[at + 6:at + 8] in _CENTURIES and is_identity_number(plain[at:at + 18])}
    end = 0
    for at in sorted({*starts, *cuts[:-1]}):
        if at < end:
            continue
        kind, length = (IDENTITY, 18) if at in starts else _other_at(text, places, cuts, plain, at)
        # An identity number that begins inside goes before: it is the surer one.
        if kind and (at in starts or starts.isdisjoint(range(at + 1, at + length))):
            yield Number(kind, run.start() + places[at], run.start() + places[at + length - 1] + 1, plain[at:at + length])
            end = at + length


def _cuts(places: Sequence[int]) -> list[int]:
    """The digits before which something separates them from the one before; both ends of the run are cuts too."""
    return [0, *(at for at in range(1, len(places)) if places[at] - places[at - 1] > 1), len(places)]


def _other_at(text: str, places: Sequence[int], cuts: Sequence[int], plain: str, at: int) -> tuple[str, int]:
    """The kind and length of the number that begins at this cut; no kind and 1 where none does."""
    first = bisect_left(cuts, at)
    lasts = {cuts[n] - at: n for n in range(first + 1, min(first + _MOST_DIGITS + 1, len(cuts)))}
    for length, kind, test, groups in _OTHERS:
        last = lasts.get(length)
        if last is not None and test(plain[at:at + length]) and _is_written(text, places, cuts[first:last + 1], groups):
            return kind, length
    return "", 1


_OTHERS: tuple[tuple[int, str, Callable[[str], bool], tuple[tuple[int, ...], ...]], ...] = (
    *((length, BANK_CARD, is_bank_card, (fours,)) for length, fours in (
        (19, (4, 4, 4, 4, 3)), (18, (4, 4, 4, 4, 2)), (17, (4, 4, 4, 4, 1)), (16, (4, 4, 4, 4)))),
    (15, IDENTITY, is_identity_number, ((6, 6, 3),)), (15, BANK_CARD, is_bank_card, ((4, 6, 5),)),
    (11, MOBILE, is_mobile, ((3, 4, 4), (3, 8), (4, 3, 4))))
_MOST_DIGITS = max(length for length, *_ in _OTHERS)


def _is_written(text: str, places: Sequence[int], cuts: Sequence[int], groups: Sequence[tuple[int, ...]]) -> bool:
    """Whether it is written in one piece, in one of these groups, each digit apart, or cut once by a line's end.
    `cuts`: those from its first digit to its end."""
    written = tuple(after - before for before, after in pairwise(cuts))
    broken = len(written) == 2 and "\n" in text[places[cuts[1] - 1]:places[cuts[1]]]
    return len(written) == 1 or broken or written in groups or len(written) == cuts[-1] - cuts[0]


def _counts(char: str) -> bool:
    return char.isalnum() or char == "×"


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1850 <= day.year < 2100


def _luhn(number: str) -> bool:
    if not number.isdigit():
        return False
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(value - 9 * (value > 9) for value in doubled)) % 10 == 0
