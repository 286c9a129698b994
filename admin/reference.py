"""The reference pages under `docs/reference/`, made from the tables in the code; a test compares them with the files."""

from collections.abc import Callable, Iterable, Sequence

import click

from admin.jobs import JOBS
from admin.mail.samples import samples
from admin.settings import PREFIX, SETTINGS
from admin.web.pages import words
from archive import taxonomy
from archive.permissions import ROLE_NAMES, ROLE_PERMISSIONS, Permission, Role
from archive.registers import REGISTERS
from archive.registers.columns import UNIT
from archive.registers.values import ledger_title
from ingest.extractors import EXTRACTORS
from retention.compliance import report
from retention.escalation import ABOUT as ESCALATION
from retention.escalation import Escalation


def settings_page() -> str:
    rows = [(f"`{PREFIX}{s.name.upper()}`", f"`{s.default}`" if s.default else "–", s.about) for s in SETTINGS]
    rules = [(f"`{s.name}`", f"`{s.default}`", s.mark, s.doc) for s in report.settings()]
    return _page(
        "设置", "环境变量优先；也可写在 `DANGAN_CONFIG` 指向的 TOML 文件里（小写、不带前缀）。"
        "未知的名字或不可用的值会使程序停在启动处。",
        _table(("名称", "默认", "含义"), rows), "## 规则参数（TOML 文件中的 `[rules]` 表）",
        "办法没有写明的尺度，默认值及其依据的疑义编号。", _table(("名称", "默认", "疑义", "含义"), rules),
        "## 工作日（TOML 文件中的 `[workdays]` 表）",
        "国务院办公厅公布下一年的放假安排后，在“工作日”页或用 `dangan workdays import` 导入，那里登记的优先于这张表；"
        "没有公布的年份，结果标为“暂定”。",
        "```toml\n[workdays]\nrest = [2027-01-01]        # 休息日\nwork = [2027-01-03]        # 调休上班日\n"
        "announced = [2027]         # 已完整填写的年份\n```",
        "## 升级（TOML 文件中的 `[escalation]` 表）",
        "事项开启后无人确认知悉、也未消除或豁免时，依次告知单位负责人（单位的主管账号、项目的主管邮箱）和主管；每次开启每级只告知一次。"
        "单位没有负责人时，直接告知主管。",
        _table(("名称", "默认", "含义"), [(f"`{name}`", f"`{_listed(getattr(Escalation(), name))}`", about)
                                    for name, about in ESCALATION.items()]))


def _listed(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)


def rules_page() -> str:
    """The register by pack, and the coverage of every clause: by what, or why by nothing."""
    packs = (("## 办法的规则", "measures"), ("## 配套法律法规的规则", "companion"))
    tables = [part for title, pack in packs for part in (title, _rules([r for r in report.rules() if r.pack == pack]))]
    clauses = [(c.clause.citation, c.clause.instrument, c.clause.summary, "已核对" if c.clause.verified else "待核实", _covered(c))
               for c in report.clauses()]
    gaps = sum(not info.covered for info in report.clauses())
    return _page("规则与条款", "由登记册生成。严重程度：C 严重，H 高，M 中，L 低，I 提示。判断结果：符合、违反、待办、不适用、"
                 "无法判断；无法判断的写明缺什么，不提醒。案卷所缺的材料按阶段合并提醒（R26-4）。", *tables,
                 "## 条款覆盖", f"共 {len(clauses)} 条款，没有说明的缺口 {gaps} 处。"
                 "每条列出规则、文件类型和登记簿，或不能由档案核对的理由。",
                 _table(("条款", "出处", "要求（概述）", "核对", "覆盖"), clauses))


def _rules(found: Sequence[report.RuleInfo]) -> str:
    rows = [(r.id, r.title, r.citation, str(r.severity), f"第 {r.version} 版，{r.since} 起", "、".join(r.targets), r.arithmetic)
            for r in found]
    return _table(("规则", "名称", "条款", "程度", "版本", "告知", "怎样计算"), rows)


def _covered(info: report.ClauseInfo) -> str:
    parts = (("规则", info.rules), ("文件", tuple(taxonomy.load().get(key).name for key in info.documents)),
             ("登记簿", tuple(REGISTERS[key].title for key in info.registers)))
    listed = "；".join(f"{name}：{'、'.join(values)}" for name, values in parts if values and info.rules)
    reasons = (("不核对", info.clause.unchecked), ("要核对还缺", info.clause.needs))
    return "。".join(filter(None, (listed, "".join(f"{name}：{words}" for name, words in reasons if words))))


def types_page() -> str:
    loaded = taxonomy.load()
    parts: list[str] = []
    for stage, name in loaded.stages.items():
        rows = [(f"`{t.key}`", t.name, t.annex_class, "、".join(t.applies), t.requirement, t.retention)
                for t in loaded.by_stage(stage)]
        if rows:
            parts += [f"## {stage} {name}", _table(("key", "名称", "附件类别", "适用", "要求", "保管期限"), rows)]
    return _page("文件类型", "由 `archive/taxonomy.yaml` 生成。要求：M 必备，E 应有，O 可有，cond 视情况。保管期限为建议值，待核实。",
                 *parts)


def permissions_page() -> str:
    roles = [role for role in Role if role is not Role.SYSTEM]
    rows = [(f"`{p.value}`", *("✓" if p in ROLE_PERMISSIONS[role] else "" for role in roles)) for p in Permission]
    return _page("权限", "岗位能做什么；能看到哪些案卷由 `archive/access.py` 决定。",
                 _table(("权限", *(ROLE_NAMES[role] for role in roles)), rows))


def jobs_page() -> str:
    return _page("定时任务", "错过的日子在后台恢复后补做；每次运行都有记录。",
                 _table(("任务", "时间", "做什么"), [(f"`{job.id}`", job.when, job.about) for job in JOBS]))


def formats_page() -> str:
    rows = [(words.MEDIA.get(kind, "—"), f"`{kind}`", f"`{getattr(extractor, '__name__', '')}`")
            for extractor in EXTRACTORS for kind in sorted(extractor.MEDIA_TYPES)]
    return _page("读取的格式", "格式由内容判断，不看文件名；WPS 的 .wps、.et、.dps 与 Office 97–2003 是同样的格式。"
                 "不在表中的格式照样保存，只是没有文字。", _table(("格式", "媒体类型", "由谁读取"), rows))


def cli_page() -> str:
    from admin.cli import cli

    return _page("命令行", "退出码：0 完成；1 完成但有事要处理；2 用法或设置有误；3 引擎连不上。", *_help(cli, ["dangan"]))


def mails_page() -> str:
    parts = [text for name, mail in samples().items()
             for text in (f"## {name}", f"主题：{mail.subject}", f"```text\n{mail.text.rstrip()}\n```")]
    return _page("提醒邮件", "每种邮件各一封，由程序用虚构的数据生成；"
                 "只列纯文本，网页格式内容相同。每日提醒和严重事项附 deadlines.ics。", *parts)


def registers_page() -> str:
    """Every register with its columns: what the API, the ledger and the rules call them."""
    parts: list[str] = []
    for register in REGISTERS.values():
        rows = [(f"`{c.name}`", ledger_title(c), c.kind.value, "✓" if c.required else "",
                 "、".join(f"`{key}` {name}" for key, name in c.choices.items()) or c.note) for c in register.columns]
        unique = "、".join(register.column(name).title for name in register.unique) or "每个项目一条"
        parts += [f"## {register.title} `{register.key}`",
                  f"{register.about}第 {'、'.join(register.articles)} 条。归属：{'单位' if register.scope == UNIT else '项目'}；"
                  f"区分：{unique}。", _table(("名称", "台账栏目", "类型", "必填", "可选值或说明"), rows)]
    return _page("登记簿", "由 `archive/registers/forms/` 的定义生成。`GET /api/v1/registers` 给出同样的内容。"
                 "规则以 `facts.rows(名称)` 读取。金额在接口中以分计，在台账中以万元计；`flag` 为是、否或未填。", *parts)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page, "rules.md": rules_page, "document-types.md": types_page,
    "permissions.md": permissions_page, "jobs.md": jobs_page, "cli.md": cli_page,
    "formats.md": formats_page, "mails.md": mails_page, "registers.md": registers_page}


def _help(command: click.Command, path: list[str]) -> Iterable[str]:
    context = click.Context(command, info_name=" ".join(path), max_content_width=100, terminal_width=100,
                            help_option_names=["-h", "--help"])
    yield f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _help(inner, [*path, name])


def _page(title: str, *parts: str) -> str:
    return f"# {title}\n\n<!-- 由 dangan docs 生成，请勿手改 -->\n\n" + "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
