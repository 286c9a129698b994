"""Who may do what, as a table. `<resource>:<action>`, kept alphabetical; which dossiers it reaches is `access.py`."""

from enum import StrEnum


class Role(StrEnum):
    ARCHIVIST = "archivist"
    UNIT = "unit"
    AUDITOR = "auditor"
    SUPERVISOR = "supervisor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITADMIN = "auditadmin"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return ROLE_NAMES[self]


ROLE_NAMES = {
    Role.ARCHIVIST: "档案员", Role.UNIT: "项目单位经办", Role.AUDITOR: "审计员", Role.SUPERVISOR: "主管",
    Role.SYSADMIN: "系统管理员", Role.SECADMIN: "安全保密管理员", Role.AUDITADMIN: "安全审计员", Role.SYSTEM: "系统",
}


class Permission(StrEnum):
    ALERT_ACKNOWLEDGE = "alert:acknowledge"
    ALERT_WAIVE = "alert:waive"
    AUDIT_READ = "audit:read"
    DERIVED_RENEW = "derived:renew"
    DOCUMENT_CONFIRM = "document:confirm"
    DOCUMENT_FILE = "document:file"
    DOCUMENT_READ = "document:read"
    DOCUMENT_WITHDRAW = "document:withdraw"
    DOSSIER_ASSIGN = "dossier:assign"
    JOB_RUN = "job:run"
    OPERATIONS_READ = "operations:read"
    PERSONAL_UNMASK = "personal:unmask"
    PERSON_MANAGE = "person:manage"
    PERSON_READ = "person:read"
    PROJECT_CREATE = "project:create"
    PROJECT_READ = "project:read"
    PROJECT_UPDATE = "project:update"
    REGISTER_WRITE = "register:write"
    RULE_CHANGE = "rule:change"
    SECRECY_CLEAR = "secrecy:clear"
    STORAGE_MOVE = "storage:move"
    TEXT_RECORD = "text:record"
    WORKDAYS_EDIT = "workdays:edit"


_READ = {Permission.PROJECT_READ, Permission.DOCUMENT_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ARCHIVIST: frozenset(_READ | {
        Permission.ALERT_ACKNOWLEDGE, Permission.ALERT_WAIVE, Permission.DOCUMENT_CONFIRM, Permission.DOCUMENT_FILE,
        Permission.DOSSIER_ASSIGN, Permission.PERSONAL_UNMASK, Permission.PROJECT_CREATE, Permission.PROJECT_UPDATE,
        Permission.REGISTER_WRITE, Permission.RULE_CHANGE}),
    Role.UNIT: frozenset(_READ | {Permission.ALERT_ACKNOWLEDGE, Permission.DOCUMENT_FILE, Permission.REGISTER_WRITE}),
    Role.AUDITOR: frozenset(_READ | {Permission.PERSONAL_UNMASK}),
    Role.SUPERVISOR: frozenset(_READ | {Permission.ALERT_ACKNOWLEDGE, Permission.ALERT_WAIVE, Permission.RULE_CHANGE}),
    # 三员: none of the three reads records; the one who grants rights cannot read the log of their use.
    Role.SYSADMIN: frozenset({
        Permission.DERIVED_RENEW, Permission.JOB_RUN, Permission.OPERATIONS_READ, Permission.PERSON_READ, Permission.WORKDAYS_EDIT}),
    Role.SECADMIN: frozenset({
        Permission.DOSSIER_ASSIGN, Permission.PERSON_MANAGE, Permission.PERSON_READ, Permission.SECRECY_CLEAR}),
    Role.AUDITADMIN: frozenset({Permission.AUDIT_READ}),
    Role.SYSTEM: frozenset(Permission),
}
