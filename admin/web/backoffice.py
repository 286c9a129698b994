"""The back office: Flask-Admin's lists over the stored documents, read-only, each for the post that answers for it.

Owns which collection which post may look into and which of its fields; nothing is written here: there is no create,
edit, delete, action or export. Looks like the rest of the site and loads nothing of Flask-Admin's own assets.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import Flask, abort
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.contrib.mongoengine import ModelView
from wtforms import Form

from admin.system import System
from admin.web.auth import current_actor, is_signed_in, sign_in_required
from admin.web.pages import formats, words
from admin.web.pages.menu import has_back_office
from archive.access import visible
from archive.models import AuditEntry, Document, JobRun, Lease, OutboxEvent, Person, Project, Unit
from archive.permissions import Permission
from archive.queries import visible_keys
from retention.models import Mail

LONGEST_SEARCH = 200


class Index(AdminIndexView):
    @expose("/")
    def index(self) -> Any:
        return self.render("backoffice/index.html")

    def is_accessible(self) -> bool:
        return is_signed_in() and has_back_office(current_actor())

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        return sign_in_required() or abort(403)


class ReadOnly(ModelView):
    """One collection to look into. Lists show exactly `column_list`, details also `more_details`: no field by accident."""

    permission: ClassVar[Permission]
    about: ClassVar[str] = ""
    more_details: ClassVar[tuple[str, ...]] = ()
    can_create = can_edit = can_delete = can_export = False
    can_view_details = True
    action_disallowed_list: ClassVar[tuple[str, ...]] = ("delete",)
    list_template = "backoffice/list.html"
    details_template = "backoffice/details.html"
    page_size = 50
    object_id_converter: Any = str

    def __init__(self, model: Any, name: str, endpoint: str, zone: ZoneInfo) -> None:
        self.column_details_list = (*self.column_list, *self.more_details)
        shown = formats.moment(zone)
        self.column_type_formatters = {
            **ModelView.column_type_formatters, type(None): lambda *_: formats.NOTHING, bool: _value,
            datetime: lambda view, value, name: shown(value), list: _value, dict: _value, str: _value}
        self.column_type_formatters_detail = self.column_type_formatters
        super().__init__(model, name, endpoint=f"backoffice_{endpoint}", url=f"/backoffice/{endpoint}")

    def is_accessible(self) -> bool:
        return is_signed_in() and current_actor().may(self.permission)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        return sign_in_required() or abort(403)

    def get_one(self, id: str) -> Any:
        """The record of a details page; whatever is no id of a visible record is not there."""
        try:
            found = self.get_query().filter(id=self.object_id_converter(id)).first()
        except ValueError:
            found = None
        return found if found is not None else abort(404)

    def get_list(self, page: int | None, sort_column: str | None, sort_desc: bool | None, search: str | None,
                 filters: Any, execute: bool = True, page_size: int | None = None) -> Any:
        """One page; what an address asks for beyond reason is the first page of it. Rows alike stay in one order over pages."""
        count, rows = super().get_list(max(page or 0, 0), sort_column, sort_desc,
                                       (search or "").replace("\0", "")[:LONGEST_SEARCH], filters, False, page_size)
        order = dict([(sort_column, sort_desc)] if sort_column else self._get_default_order() or ())
        order.setdefault("id", False)
        rows = rows.order_by(*(f"{'-' if falling else ''}{column}" for column, falling in order.items()))
        return count, rows.all() if execute else rows

    @expose("/api/file/")
    def api_file_view(self) -> Any:
        """Flask-Admin would hand out any file of any collection; the archive keeps none in its database."""
        abort(404)

    def scaffold_form(self) -> type[Form]:
        return Form  # type: ignore[no-any-return]  # there is nothing to fill in

    def handle_action(self, return_view: str | None = None) -> Any:
        abort(405)


def _value(view: Any, value: Any, name: str) -> str:
    return formats.shown(value)


def _words(table: Mapping[str, str], field: str) -> Any:
    return lambda view, context, model, name: table.get(getattr(model, field), getattr(model, field))


class People(ReadOnly):
    permission = Permission.PERSON_MANAGE
    about = "账号、角色与锁定情况；口令与令牌不在此显示。开设和停用账号请到“人员”页面。"
    column_list = ("name", "display_name", "role", "unit", "email", "disabled", "failures", "locked_until", "created_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": "用户名", "display_name": "姓名", "role": "角色", "unit": "单位", "email": "邮箱", "disabled": "已停用",
        "failures": "连续失败", "locked_until": "锁定至", "created_at": "开设时间"}
    column_formatters: ClassVar[dict[str, Any]] = {"role": lambda v, c, m, n: formats.role_name(m.role)}
    column_searchable_list = ("name", "display_name", "unit")
    column_default_sort = "name"


class Units(ReadOnly):
    permission = Permission.PERSON_MANAGE
    about = "有人员或项目的单位。"
    column_list = ("id", "created_at")
    column_labels: ClassVar[dict[str, str]] = {"id": "单位", "created_at": "登记时间"}
    column_searchable_list = ("id",)
    column_default_sort = "id"


class Projects(ReadOnly):
    permission = Permission.PROJECT_CREATE
    about = "项目台账的登记字段。"
    column_list = ("code", "name", "unit", "mode", "kind", "classified", "approved_on", "planned_acceptance",
                   "acceptance_date", "updated_at", "revision")
    column_labels: ClassVar[dict[str, str]] = {**words.PROJECT_FIELDS, "updated_at": "更新时间", "revision": "修订号"}
    column_formatters: ClassVar[dict[str, Any]] = {"mode": _words(words.MODES, "mode"),
                                                   "kind": _words(words.KINDS, "kind")}
    column_searchable_list = ("code", "name", "unit")
    column_default_sort = "code"

    def get_query(self) -> Any:
        return Project.objects(__raw__=visible(current_actor()))


class Documents(ReadOnly):
    permission = Permission.PROJECT_CREATE
    about = "文件著录项。内容请从案卷打开。"
    column_list = ("title", "project", "type", "type_source", "doc_date", "text_state", "version", "created_at",
                   "revision")
    column_labels: ClassVar[dict[str, str]] = {
        "title": "题名", "project": "项目编号", "type": "类型", "type_source": "类型来源", "doc_date": "成文日期",
        "text_state": "文字", "version": "版本", "created_at": "收到时间", "revision": "修订号"}
    column_formatters: ClassVar[dict[str, Any]] = {
        "type": lambda v, c, m, n: formats.type_name(m.type), "type_source": _words(words.SOURCES, "type_source"),
        "text_state": lambda v, c, m, n: formats.text_state(m.text_state)}
    column_searchable_list = ("title", "filename", "project")
    column_default_sort = ("created_at", True)

    def get_query(self) -> Any:
        keys = visible_keys(current_actor())
        return Document.objects if keys is None else Document.objects(dossier__in=sorted(keys))


class Outbox(ReadOnly):
    permission = Permission.OPERATIONS_READ
    about = "已发生而后续处理（索引、核对、通知）尚未或已经完成的事件；完成的保留 30 天。"
    column_list = ("kind", "subject", "at", "finished", "attempts", "due", "error")
    column_labels: ClassVar[dict[str, str]] = {
        "kind": "事件", "subject": "对象", "at": "发生时间", "finished": "已完成", "attempts": "失败次数",
        "due": "待处理的环节", "error": "错误"}
    column_searchable_list = ("kind", "subject", "error")
    column_default_sort = ("at", True)


class Jobs(ReadOnly):
    permission = Permission.OPERATIONS_READ
    about = "每次运行的记录。"
    column_list = ("job", "day", "by", "started_at", "ended_at", "outcome", "result", "error")
    column_labels: ClassVar[dict[str, str]] = {
        "job": "任务", "day": "日期", "by": "发起", "started_at": "开始", "ended_at": "结束", "outcome": "结果",
        "result": "数字", "error": "错误"}
    column_formatters: ClassVar[dict[str, Any]] = {"outcome": _words(words.JOB_OUTCOMES, "outcome")}
    column_searchable_list = ("job", "day")
    column_default_sort = ("started_at", True)


class Mails(ReadOnly):
    permission = Permission.OPERATIONS_READ
    about = "提醒邮件的去向；正文涉及案卷内容，不在此显示。"
    column_list = ("address", "day", "items", "state", "attempts", "created_at", "sent_at", "not_before", "error")
    column_labels: ClassVar[dict[str, str]] = {
        "address": "收件人", "day": "日期", "items": "事项数", "state": "状态", "attempts": "尝试次数",
        "created_at": "撰写时间", "sent_at": "发出时间", "not_before": "下次发送", "error": "错误"}
    column_formatters: ClassVar[dict[str, Any]] = {"state": _words(words.MAIL_STATES, "state")}
    column_searchable_list = ("address", "error")
    column_default_sort = ("created_at", True)


class Leases(ReadOnly):
    permission = Permission.OPERATIONS_READ
    about = "由一个进程独占的职责，以及持有到何时。"
    column_list = ("id", "holder", "until", "beat_at")
    column_labels: ClassVar[dict[str, str]] = {
        "id": "职责", "holder": "持有者", "until": "持有至", "beat_at": "最近心跳"}
    column_default_sort = "id"


class Audit(ReadOnly):
    permission = Permission.AUDIT_READ
    about = "只增不改的审计链。核对全链请到“审计”页面。"
    column_list = ("id", "at", "actor_name", "action", "subject", "detail")
    more_details = ("previous", "digest")
    column_labels: ClassVar[dict[str, str]] = {
        "id": "序号", "at": "时间", "actor_name": "人员", "action": "行为", "subject": "对象", "detail": "事实",
        "previous": "前一条摘要", "digest": "摘要"}
    column_formatters: ClassVar[dict[str, Any]] = {"action": _words(words.ACTIONS, "action")}
    column_searchable_list = ("actor_name", "action", "subject")
    column_sortable_list = ("id", "at")
    column_default_sort = ("id", True)
    object_id_converter = int


VIEWS: tuple[tuple[type[ReadOnly], type, str, str], ...] = (
    (Projects, Project, "项目", "projects"), (Documents, Document, "文件", "documents"),
    (People, Person, "人员", "people"), (Units, Unit, "单位", "units"), (Outbox, OutboxEvent, "待处理事件", "outbox"),
    (Jobs, JobRun, "任务记录", "jobs"), (Mails, Mail, "邮件", "mails"), (Leases, Lease, "独占职责", "leases"),
    (Audit, AuditEntry, "审计", "audit"))


def register(app: Flask, system: System) -> None:
    zone = ZoneInfo(system.settings.timezone)
    office = Admin(app, name="后台", url="/backoffice", endpoint="backoffice",
                   index_view=Index(name="后台", url="/backoffice", endpoint="backoffice"))
    for view, model, name, endpoint in VIEWS:
        office.add_view(view(model, name, endpoint, zone))
