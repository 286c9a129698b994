"""工作日: the arrangement of each year as announced, for the system administrator: imported, put right day by day, with history."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.web.pages.shared import actor, area, needs, system, today, told
from archive.errors import ArchiveError, Invalid
from archive.permissions import Permission
from retention.work_year_files import MOST_BYTES, read_year
from retention.work_years import KINDS, import_year, set_day, years

workdays = area("workdays", __name__)


@workdays.get("/workdays")
@needs(Permission.WORKDAYS_EDIT)
def listing() -> Any:
    return _page()


@workdays.post("/workdays/import")
@needs(Permission.WORKDAYS_EDIT)
def take() -> Any:
    """Check a file and show what would change; with `keep`, keep it."""
    file = request.files.get("file")
    keep = bool(request.form.get("keep"))
    try:
        if file is None or not file.filename:
            raise Invalid(field="文件", problem="请选择一个 .json、.toml 或 .csv 文件。")
        new = read_year(file.filename, file.stream.read(MOST_BYTES + 1))
        turned = import_year(actor(), system().clock, system().settings.workdays, new, dry_run=not keep)
    except ArchiveError as refusal:
        flash(str(refusal), "danger")
        return _page(), 422
    if not keep:
        return _page(tried=new, turned=turned)
    flash(f"已导入 {new.year} 年的安排，{len(turned)} 天与原来不同；系统将自动重新核对全部项目。", "success")
    return redirect(url_for("workdays.listing"))


@workdays.post("/workdays/day")
@needs(Permission.WORKDAYS_EDIT)
def edit() -> Any:
    form = request.form
    told(lambda: set_day(actor(), system().clock, system().settings.workdays, _day(form.get("day", "")), form.get("kind", ""),
                         form.get("reason", "")), "已修改；系统将自动重新核对全部项目。")
    return redirect(url_for("workdays.listing"))


def _page(**more: Any) -> str:
    return render_template("pages/workdays.html", years=years(system().settings.workdays, today()), kinds=KINDS, today=today(),
                           **{"tried": None, "turned": (), **more})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(field="日期", problem="应写作 2027-01-01。") from None
