"""What a document says about itself: title, date, number, issuer, verdict, marker words.

Layout conventions are those of GB/T 9704 (公文格式) and of the covers of reports. Guessing wrong is worse than saying
nothing, so what is only mentioned in running text is not taken. Owns the patterns; must not know document types.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from archive.chinese import fold, squash
from ingest.verdicts import verdict

# Words whose presence later checks ask for, by the article that does: 31.2, 18.1, 19.1, 39, 45.2, 50, and 31 for delays.
MARKER_TERMS = (
    "功能", "性能", "系统整合", "集约化", "信息资源共享", "必要性", "技术性", "经济性", "安全要求", "经费需求", "服务需求",
    "综合评分法", "价格分", "公开招标", "邀请招标", "竞争性磋商", "单一来源", "建设进度", "资金执行", "试运行", "绩效目标",
    "安全可靠", "密码应用", "数据安全", "服务器", "存储", "交换机", "机房", "专线", "互联网出口", "专网",
)
REPLY_TERM = "批复"
LONGEST_KEPT = 100_000  # characters of a text whose metadata is remembered for a moment
LONGEST_TITLE, TITLE_LINES, COVER_LINES, TAIL_LINES = 100, 4, 40, 40

_REPLY = re.compile(r"批复如下|函复如下|答复如下|同意你(?:单位|委|局|厅|中心|公司|办|部门)|经研究,?(?:现)?(?:原则)?同意")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_NOISE = re.compile(
    r"(?<![a-z])v\d+(?:\.\d+)*|终稿|定稿|盖章版|扫描件|副本|最终版|签字版|签章版|正式版|"
    r"(?<!\d)(?:19|20)\d{2}(?:[-.]?\d{2}){2}(?!\d)|^\W*\d{1,6}(?=[\W_])|[(（]\d{1,2}[)）]$", re.IGNORECASE)
_EDGES = " \t_-—.、（）()[]【】"
_PAIRS = (("（", "）"), ("(", ")"), ("[", "]"), ("【", "】"))
_PREAMBLE = re.compile(
    r"\d{6}|(?:绝密|机密|秘密).{0,8}|特急|加急|急件|平急|附件\d*:?|.*签发人.*|第?\d+页.*|-?\d+-?|[^一-鿿]*|目录|"
    r".{0,20}[〔\[(]\d{4}[〕\])]第?\d+号.*")
_TITLE_END = re.compile(
    r"(?:报告|方案|合同|协议|纪要|批复|请示|函|通知|通知书|意见|意见书|申请|申请书|表|手册|说明|说明书|清单|目录|总结|记录|公告|公示|证明|"
    r"预案|制度|办法|细则|规范|文件|凭证|月报|周报|年报|季报|日志|清册|台账|任务书|建议书|承诺书|责任书|通报|决定|计划|大纲)(?:[(（].{1,12}[)）])?$")
_NOT_TITLE = re.compile(r"[:。;,!?]|^(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章条节]|\d+[.、])")
_ORG = re.compile(
    r"([一-鿿()（）]{2,40}(?:委员会|人民政府|政府|办公室|办公厅|局|厅|委|部|处|院|所|中心|公司|集团|大学|学院|银行|协会|馆|总队|支队))"
    r"(?:[(（]?(?:盖章|公章|印章|签章|章)[)）]?)?")
_ORG_LABEL = re.compile(
    r"(?:编制|编写|测评|评估|审计|检测|测试|出具|发文|报告|填报|申报|受托|承担)(?:单位|机构|机关)(?:名称)?(?:\(盖章\))?:(.{2,50})")
_DATE = re.compile(r"((?:19|20)\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?!\d)")
_NUMERALS = "一二三四五六七八九"
_MAY_BE_DATED = re.compile(r"年|(?:19|20)\d{2}\s*[./-]")
_OLD_DATE = re.compile(rf"([{_NUMERALS}〇○零o0]{{4}})\s*年\s*([{_NUMERALS}十元]{{1,3}})\s*月\s*([{_NUMERALS}十廿卅]{{1,4}})\s*日")
_DATE_LABEL = re.compile(
    r"(?:编制|报告|签订|签署|成文|签发|出具|印发|填报|提交|发布|编写|验收|评审|会议|填表|申请)?(?:日期|时间)\s*:")
_BACK = re.compile(r"(?:抄送|抄报|主题词).*|附[件表录][\d一二三四五六七八九十]*")
_BACK_BEGINS = ("抄", "主", "附")
_DOC_NO = re.compile(r"[一-鿿()]{1,20}[〔\[(](?:19|20)\d{2}[〕\])]第?\d{1,5}号")
_LINE_BESIDE = re.compile(r"\s*(?:签发人.*)?$")


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """Empty where the document does not say. doc_date: 成文日期. doc_no: 发文字号. conclusion: a value of
    `verdicts.VERDICTS`. terms: those of MARKER_TERMS that occur, and REPLY_TERM where the text is worded as a reply."""

    title: str
    doc_date: date | None = None
    doc_no: str = ""
    issuer: str = ""
    conclusion: str = ""
    terms: frozenset[str] = frozenset()


def read_metadata(filename: str, pages: Sequence[str]) -> DocumentMetadata:
    """Read what the pages say. Never raises, whatever the text is."""
    said = _said_before(tuple(pages)) if sum(map(len, pages)) <= LONGEST_KEPT else _said(pages)
    return said if said.title else replace(said, title=clean_stem(filename))


def _said(pages: Sequence[str]) -> DocumentMetadata:
    first = pages[0] if pages else ""
    cover, lines = _lines(first), _lines("\n".join(pages))
    at = _dated_line(lines)
    text = squash("".join(pages))
    return DocumentMetadata(
        title=_title(first), doc_date=_doc_date(cover, lines, at), doc_no=_doc_no(cover),
        issuer=_issuer(cover, lines, at), conclusion=verdict(text), terms=_terms(text))


@lru_cache(maxsize=4)
def _said_before(pages: tuple[str, ...]) -> DocumentMetadata:
    """A document is described, and then its values are read: both ask for the same of the same pages."""
    return _said(pages)


def clean_stem(filename: str) -> str:
    """The file's name without extension, numbering, dates and version marks; separators within it stay."""
    stem = _EXTENSION.sub("", filename.replace("\\", "/").rpartition("/")[2])
    return _trimmed(_NOISE.sub("", _NOISE.sub("", stem))) or stem.strip()


def _trimmed(text: str) -> str:
    """Without separators at its edges; a bracket whose other half stands within is none."""
    bare = text.strip(_EDGES)
    at = text.find(bare)
    before, behind = text[:at], text[at + len(bare):]
    for opening, closing in _PAIRS:
        if behind.startswith(closing) and bare.count(opening) > bare.count(closing):
            return bare + closing
        if before.endswith(opening) and bare.count(closing) > bare.count(opening):
            return opening + bare
    return bare


def title_block(page: str) -> str:
    """The lines at the top that look like a title, joined, at most LONGEST_TITLE characters; "" where none do."""
    return "".join(_title_lines(page))[:LONGEST_TITLE]


def _title(page: str) -> str:
    """The title, where its end is certain; else its first line, where that is heading-like."""
    lines = _title_lines(page)
    whole = "".join(lines)
    if _TITLE_END.search(fold(whole)):
        return whole[:LONGEST_TITLE]
    return lines[0][:LONGEST_TITLE] if lines and 4 <= len(lines[0]) <= 60 else ""


def _title_lines(page: str) -> list[str]:
    found: list[str] = []
    for line in _lines(page[:3000])[:COVER_LINES]:
        plain = fold(line)
        if not found and _is_preamble(re.sub(r"\s", "", plain)):
            continue
        if _NOT_TITLE.search(plain) or _is_date(plain) or (found and _ORG.fullmatch(plain)):
            break
        if len("".join(found)) + len(line) > LONGEST_TITLE:
            break
        found.append(re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", line))
        if len(found) == TITLE_LINES or _TITLE_END.search(plain):
            break
    return found


def _is_preamble(line: str) -> bool:
    """What stands above a title: the issuer's red head, number, urgency, secrecy, page numbers."""
    return bool(_PREAMBLE.fullmatch(line) or (line.endswith("文件") and _ORG.fullmatch(line[:-2])))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _doc_date(cover: Sequence[str], lines: Sequence[str], at: int | None) -> date | None:
    if at is not None and at >= len(lines) - TAIL_LINES:
        return _last_date(lines[at])
    for line in cover[:COVER_LINES]:
        plain = fold(line)
        if (label := _DATE_LABEL.match(plain)) and (found := _last_date(plain[label.end():][:20])):
            return found
    return _last_date(lines[at]) if at is not None else None


def _dated_line(lines: Sequence[str]) -> int | None:
    """Where the date of the document stands: the last line that is a date, or issuer and date, before 抄送 and 附件."""
    found: int | None = None
    for n, line in enumerate(fold("\n".join(lines)).split("\n")):
        if len(line) > 80:
            continue
        if found is not None and line.lstrip()[:1] in _BACK_BEGINS and _BACK.fullmatch(re.sub(r"\s", "", line)):
            break
        if _MAY_BE_DATED.search(line) and (_is_date(lines[n]) or _issuer_beside_date(lines[n])):
            found = n
    if found is None or len(lines) - TAIL_LINES <= found or found < COVER_LINES:
        return found
    return next((n for n in range(found, COVER_LINES - 1, -1) if _issuer_above(lines, n)), None)


def _is_date(line: str) -> bool:
    plain = fold(line).strip(" 　()（）")
    return len(plain) <= 24 and any(p.fullmatch(plain) and _last_date(plain) for p in (_DATE, _OLD_DATE))


def _last_date(text: str) -> date | None:
    """The last valid date in the text, in Arabic or Chinese numerals."""
    plain = fold(text)
    found = [(m.start(), day) for m in _DATE.finditer(plain) if (day := _date(*map(int, m.groups())))]
    found += [(m.start(), day) for m in _OLD_DATE.finditer(plain) if (day := _old_date(*m.groups()))]
    return max(found)[1] if found else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _old_date(year: str, month: str, day: str) -> date | None:
    digits = "".join(str(_NUMERALS.find(c) + 1) for c in year)
    if not 1900 <= int(digits) <= 2099:
        return None
    return _date(int(digits), _number(month), _number(day))


def _number(text: str) -> int:
    """一…三十一, 元 (the first month), 廿, 卅; 0 where it is none of these."""
    text = {"元": "一"}.get(text, text).replace("廿", "二十").replace("卅", "三十")
    tens, ten, units = text.rpartition("十")
    if len(tens) > 1 or len(units) > 1:
        return 0
    return (10 * (_NUMERALS.find(tens) + 1 if tens else 1) if ten else 0) + (_NUMERALS.find(units) + 1 if units else 0)


def _doc_no(cover: Sequence[str]) -> str:
    """Only where the number stands on its own line in the head: numbers in running text are those of other papers."""
    for line in cover[:15]:
        found = _DOC_NO.match(fold(line))
        if found and _LINE_BESIDE.fullmatch(fold(line), found.end()):
            return line[:found.end()]
    return ""


def _issuer(cover: Sequence[str], lines: Sequence[str], at: int | None) -> str:
    if at is not None and (name := _issuer_beside_date(lines[at]) or _issuer_above(lines, at)):
        return name
    for line in cover[:6]:
        plain = re.sub(r"\s", "", line)
        if plain.endswith("文件") and (org := _ORG.fullmatch(plain[:-2])):
            return org[1]
    for line in cover[:COVER_LINES]:
        if (label := _ORG_LABEL.match(fold(line))) and (org := _ORG.match(line[label.start(1):].strip())):
            return org[1]
    return ""


def _issuer_beside_date(line: str) -> str:
    plain = fold(line)
    found = _DATE.search(plain) or _OLD_DATE.search(plain)
    org = _ORG.fullmatch(re.sub(r"\s", "", line[:found.start()])) if found and found.end() == len(line) else None
    return org[1] if org else ""


def _issuer_above(lines: Sequence[str], at: int) -> str:
    for line in reversed(lines[max(0, at - 4):at]):
        if len(line) <= 60 and (org := _ORG.fullmatch(re.sub(r"\s", "", line))):
            return org[1]
    return ""


def _terms(text: str) -> frozenset[str]:
    found = {term for term in MARKER_TERMS if term in text}
    return frozenset(found | {REPLY_TERM} if _REPLY.search(text) else found)
