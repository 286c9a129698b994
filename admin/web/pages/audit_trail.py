"""The audit trail, for the one who reads it: newest entries, and whether the chain still holds."""

from typing import Any

from flask import flash, render_template

from admin.web.pages.shared import area, back, needs
from archive import audit
from archive.models import AuditEntry
from archive.permissions import Permission

audit_pages = area("audit", __name__)
NEWEST = 25


@audit_pages.get("/audit")
@needs(Permission.AUDIT_READ)
def overview() -> Any:
    return render_template("pages/audit.html", total=AuditEntry.objects.count(),
                           entries=list(AuditEntry.objects.order_by("-id").limit(NEWEST)))


@audit_pages.post("/audit/verify")
@needs(Permission.AUDIT_READ)
def verify() -> Any:
    """Walk the whole chain now."""
    count, problems = audit.verify()
    if problems:
        for problem in problems[:20]:
            flash(problem, "danger")
    else:
        flash(f"审计链完整：{count} 条记录逐条核对，首尾衔接，内容与摘要一致。", "success")
    return back("audit.overview")
