"""What acceptance asks for on paper: the list of its materials (验收材料清单) and the notice of what is missing (缺件通知).

Both are drafts of a day: they say so on every page, and nobody has signed them.
"""

from datetime import date

from admin.papers.model import Paper, Table
from archive.personal import mask
from retention.compliance.acceptance import Status
from retention.compliance.clauses import all_clauses
from retention.readiness import MISSING, READY, RECOMMENDED, REQUIRED, STATES, WAIVED, WRONG, Item, Readiness

DRAFT = "草稿"
LEVELS = {"required": "必备", RECOMMENDED: "建议"}


def citation(clause: str) -> str:
    return all_clauses()[clause].citation


def checklist(ready: Readiness) -> Paper:
    """Every material with what is there of it and what asks for it."""
    rows = [(number, item.name, LEVELS[item.level], STATES[item.state], titles_of(item), citation(item.clause), to_do(item))
            for number, item in enumerate(ready.items, 1)]
    table = Table(("序号", "材料", "要求", "状态", "文件（题名、成文日期、责任者）", "依据", "问题与处理"), rows,
                  (5, 17, 6, 9, 33, 11, 27))
    return Paper(f"验收材料清单（{DRAFT}）", (table, *others(ready)), ready.today, mark=DRAFT, head=_head(ready), wide=True,
                 note=_note(ready), end=("项目单位（盖章）：________________　　经办人：____________　　日期：____年__月__日",))


def notice(ready: Readiness) -> Paper:
    """To the unit: what is missing, what is not in order, by when. Raises nothing where nothing is: it says so."""
    wanting = [item for item in ready.items if item.state not in (READY, WAIVED)]
    required = [item for item in wanting if item.level != RECOMMENDED]
    blocks: list[str | Table] = [f"{ready.unit}：", _opening(ready, required)]
    if wanting:
        rows = [(number, item.name, LEVELS[item.level], STATES[item.state], "；".join(item.problems), citation(item.clause),
                 item.clears) for number, item in enumerate(wanting, 1)]
        blocks.append(Table(("序号", "材料", "要求", "情况", "问题", "依据", "怎样补正"), rows, (5, 18, 6, 9, 24, 11, 27)))
    if wanting or ready.besides:
        blocks += [*others(ready), _by_when(ready)]
    return Paper(f"关于补齐验收材料的通知（{DRAFT}）", blocks, ready.today, mark=DRAFT, note=_note(ready),
                 end=("（发文单位）", chinese(ready.today)))


def titles_of(item: Item) -> str:
    """The documents present, one a line; personal numbers in titles are masked."""
    if not item.papers:
        return "无"
    return "；".join("，".join(filter(None, (f"《{mask(paper.title)}》", str(paper.doc_date or "无成文日期"), paper.issuer)))
                    for paper in item.papers)


def to_do(item: Item) -> str:
    return "。".join(filter(None, ("；".join(item.problems), item.clears)))


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _head(ready: Readiness) -> list[tuple[str, str]]:
    return [("项目", f"{ready.code} {ready.name}"), ("项目单位", ready.unit), ("截至", str(ready.today)),
            ("验收状态", _status(ready)), ("结论", summary(ready))]


def _status(ready: Readiness) -> str:
    due = f"，验收到期日 {ready.due}" if ready.due else "，缺少日期，无法计算验收到期日"
    return ready.status + due + (f"，已逾期 {ready.overdue_days} 天" if ready.overdue_days else "")


def summary(ready: Readiness) -> str:
    """One sentence: whether an application could be made, and what stands in its way."""
    required = [item for item in ready.items if item.level != RECOMMENDED]
    if ready.complete:
        return f"必备材料 {len(required)} 项齐备{'' if ready.status == Status.ACCEPTED.label else f'，{_besides(ready)}可以申请验收'}"
    parts = [f"{name} {count} 项" for state, name in STATES.items()
             if state not in (READY, WAIVED) and (count := sum(item.state == state for item in ready.open))]
    return f"必备材料 {len(required)} 项，{'、'.join(parts)}{_meaning(ready)}"


def _meaning(ready: Readiness) -> str:
    if ready.status == Status.ACCEPTED.label:
        return ""
    if ready.of(MISSING, WRONG, level=REQUIRED):
        return "，尚不能申请验收" + (f"；其他条款还要求 {len(ready.besides)} 项" if ready.besides else "")
    return f"，确认{'并将' + _besides(ready) if ready.besides else '后'}可以申请验收"


def _besides(ready: Readiness) -> str:
    return f"其他条款要求的 {len(ready.besides)} 项补齐后" if ready.besides else ""


def others(ready: Readiness) -> list[str | Table]:
    """What clauses beside those of acceptance ask for before an application, where something is not there."""
    rows = [(number, finding.reason.rstrip("。"), citation(finding.clause), finding.clears_when)
            for number, finding in enumerate(ready.besides, 1)]
    return [Table(("序号", "情况", "依据", "怎样补正"), rows, (5, 44, 14, 37), title="其他条款要求在申请验收前具备的")] if rows else []


def _opening(ready: Readiness, required: list[Item]) -> str:
    subject = f"你单位“{ready.name}”（项目编号 {ready.code}）"
    if not required and ready.besides:
        return (f"经核对，截至{chinese(ready.today)}，{subject}验收必备材料齐备，其他条款要求的材料尚未齐备，"
                "请按下表补正后归入项目案卷。")
    if not required:
        return f"经核对，截至{chinese(ready.today)}，{subject}验收必备材料齐备，无需补正。"
    missing = sum(item.state == MISSING for item in required)
    other = len(required) - missing
    words = "，".join(filter(None, (f"缺少 {missing} 项" if missing else "", f"另有 {other} 项需要更正或确认" if other else "")))
    return (f"经核对，截至{chinese(ready.today)}，{subject}申请验收应当具备的材料中，{words}。"
            "请按下表补正后归入项目案卷。")


def _by_when(ready: Readiness) -> str:
    if ready.due is None:
        return "项目未登记建设完成日期或计划完工日期，无法计算验收到期日，请一并补登。"
    if ready.today > ready.due:
        return f"验收到期日为{chinese(ready.due)}（第31条第1款），现已超过，请尽快补正；确需延期的，请按程序申请延期验收。"
    return f"验收到期日为{chinese(ready.due)}（第31条第1款），申请验收时上述必备材料应当齐备，请在此之前补正。"


def _note(ready: Readiness) -> str:
    return (f"本件由档案系统根据 {ready.today} 的归档和登记情况生成，是草稿，未经审核签发，不具有文件效力。"
            "条款均指《四川省省级政务信息化项目管理办法》；“建议”材料不影响申请。")
