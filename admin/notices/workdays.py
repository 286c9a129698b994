"""A year without its working days is told of from the first of October before it, once a week, until somebody keeps it.

To system administrators, who import it, and to archivists, whose deadlines are provisional as long as it is missing.
"""

from datetime import date, timedelta

from admin.notices.plain import News, tell
from admin.system import System
from archive.models import Person
from archive.permissions import Role
from retention.work_years import lacking

TOLD = (Role.SYSADMIN, Role.ARCHIVIST)
WHY = {Role.SYSADMIN: "您是系统管理员，工作日数据由您导入。", Role.ARCHIVIST: "您是档案员，缺少数据的年份内推算的期限为暂定。"}


def warn(system: System, today: date) -> int:
    """How many were told. In the week of the first of October, then in every week: on its Monday or the first run after."""
    monday = today - timedelta(days=today.weekday())
    people = list(Person.objects(disabled=False, role__in=[role.value for role in TOLD]).order_by("name"))
    return sum(tell(system, person, _news(year, today, monday, Role(person.role)))
               for year in lacking(system.settings.workdays, today) for person in people)


def _news(year: int, today: date, monday: date, role: Role) -> News:
    begun = year <= today.year
    when = f"{year} 年已经开始，" if begun else f"离 {year} 年还有 {(date(year, 1, 1) - today).days} 天，"
    lines = (f"{when}系统里还没有 {year} 年的放假调休安排。",
             f"在导入之前，按工作日推算、落在 {year} 年的期限只按法定节假日计算，都标为“暂定”，安排公布后可能前后移动。",
             "国务院办公厅公布安排后，请系统管理员在“工作日”页导入，或运行 dangan workdays import；"
             "导入后系统自动重新核对全部项目。")
    path = "/workdays" if role is Role.SYSADMIN else "/rules"
    return News(key=f"workdays/{year}/{monday.isoformat()}", title=f"还没有 {year} 年的放假调休安排", lines=lines, path=path,
                why=WHY[role])
