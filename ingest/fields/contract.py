"""What a contract is called and who made it: number, parties, the day it was signed."""

import re
from collections.abc import Iterator, Sequence

from ingest.fields.base import DAY, LABELLED, LIKELY, Found, Sheet, any_of, day_in, matches

_NUMBER = re.compile(
    r"合\n?同\n?(?:编\n?号|号|备\n?案\n?号)(?:\([^)\n]{0,10}\))?:?\n?(?P<no>[a-z0-9一-鿿][a-z0-9一-鿿\-_/.〔〕\[\]()—–]{2,40}?)"
    r"(?=[\n,。;:\"”》]|签订|甲方|乙方|项目|合同|采购|的|为|$)")
_ORG = (r"(?P<org>[一-鿿a-z0-9()·]{2,40}?(?:有限责任公司|股份有限公司|有限公司|公司|集团|事务所|委员会|人民政府|办公厅|办公室|管理局|"
        r"[局厅委院所馆站队校]|中心|大学|学院|银行|联合社|基金会|研究院)(?:\([^)\n]{1,12}\))?)")
_LABEL_END = r"(?:\([^)\n]{0,16}\))?(?:名称|全称)?:\n?"
_PARTIES = {
    "party_a": (any_of("甲方", "采购人", "委托人", "委托方", "买方", "发包人", "发包方"),
                any_of("建设单位", "采购单位", "项目单位", "委托单位")),
    "party_b": (any_of("乙方", "供应商", "受托人", "受托方", "卖方", "承包人", "承包方", "监理人"),
                any_of("承建单位", "中标人", "中标单位", "成交供应商", "服务单位", "施工单位", "供货单位"))}
_PARTY_END = r"(?=[\n,。;:(]|法定|地址|住所|联系|统一|乙方|甲方|承建|监理|$)"
_PARTY = {key: tuple(re.compile(label + _LABEL_END + _ORG + _PARTY_END) for label in labels)
          for key, labels in _PARTIES.items()}
_SIGNED = re.compile(any_of("签订日期", "签订时间", "签署日期", "合同签订日", "签约日期") + r":?\n?" + DAY.format("y"))
_SIGNED_ON = re.compile(DAY.format("y") + r"[^\n。;]{0,12}" + any_of("签订", "签署") + r"(?:了|本|的)?[^\n。;]{0,10}?合同")


def read(sheets: Sequence[Sheet]) -> Iterator[Found]:
    for sheet, match in matches(_NUMBER, sheets):
        number = sheet.original(match.start("no"), match.end("no"))
        if any(char.isdigit() for char in number):
            yield sheet.found("contract_no", number, match.start(), match.end("no"), LABELLED)
    for key, patterns in _PARTY.items():
        for pattern, confidence in zip(patterns, (LABELLED, LIKELY), strict=True):
            for sheet, match in matches(pattern, sheets):
                yield sheet.found(key, sheet.original(*match.span("org")), match.start(), match.end("org"), confidence)
    for pattern, confidence in ((_SIGNED, LABELLED), (_SIGNED_ON, LIKELY)):
        for sheet, match in matches(pattern, sheets):
            if day := day_in(match, "y"):
                yield sheet.found("signed_on", day, match.start(), match.end(), confidence)
