"""The words and columns of a printed receipt; the page, the PDF and the spreadsheet show the same."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.models import Project, Receipt, ReceiptEntry
from archive.personal import mask

CHANNELS: Mapping[str, str] = {
    "browser": "网页上传", "api": "接口", "cli": "命令行", "folder": "监视文件夹", "mailbox": "邮箱", "manifest": "清单导入",
    "scanner": "扫描件文件夹"}
RESULTS: Mapping[str, str] = {"filed": "归档", "duplicate": "重复", "refused": "拒收"}
COLUMNS = ("序号", "题名", "文件名", "页数", "字节", "SHA-256", "SM3", "结果", "说明")
UNNUMBERED = "（关闭后编号）"
NAMELESS = "（名称不予登记）"


def title_of(receipt: Receipt) -> str:
    return receipt.number or UNNUMBERED


def head_of(receipt: Receipt, project: Project, zone: str) -> list[tuple[str, str]]:
    """What stands above the list."""
    return [
        ("编号", title_of(receipt)), ("日期", _moment(receipt.closed_at or receipt.opened_at, zone)),
        ("项目", f"{project.code} {project.name}"), ("项目单位", project.unit), ("方式", CHANNELS[receipt.channel]),
        ("移交人", receipt.handed_by), ("移交单位", receipt.handed_unit), ("接收人", receipt.received_by),
        ("接收单位", receipt.received_unit), ("备注", receipt.note)]


def counts_of(receipt: Receipt) -> str:
    return (f"共 {receipt.total} 个文件，{receipt.bytes} 字节：归档 {receipt.filed}，重复 {receipt.duplicates}，"
            f"拒收 {receipt.refused}。")


def cells_of(entry: ReceiptEntry) -> tuple[int | str | None, ...]:
    """One line, in the order of `COLUMNS`. Personal numbers in names are masked; the digest of the list is over the names."""
    return (entry.line, mask(entry.title), mask(entry.path) or NAMELESS, entry.pages, entry.size, bare(entry.sha256),
            bare(entry.sm3), RESULTS[entry.result], mask(entry.reason))


def seal_of(receipt: Receipt) -> list[tuple[str, str]]:
    if receipt.state != "closed":
        return [("状态", "尚未关闭，内容可能改变，不作凭证")]
    return [("清单摘要 SHA-256", bare(receipt.sha256)), ("清单摘要 SM3", bare(receipt.sm3))]


def bare(digest: str) -> str:
    return digest.rpartition(":")[2]


def _moment(value: datetime, zone: str) -> str:
    return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
