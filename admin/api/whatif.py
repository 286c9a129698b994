"""What-if over HTTP: a project's findings under something supposed. POST, because what is supposed is a body; it writes nothing."""

from flask import Response

from admin.api.change_shapes import Supposition, WhatIfOut, difference, value_changes
from admin.api.context import actor, answer, area, system
from admin.api.problems import responses
from admin.api.project_shapes import CodePath
from archive.errors import Invalid
from retention.whatif import WhatIf, what_if

whatif = area("whatif", "合规事项")


@whatif.post("/projects/<code>/what-if", responses={200: WhatIfOut, **responses(404)})
def show(path: CodePath, body: Supposition) -> Response:
    """如果……会怎样：换一天、换一项事实、换一个规则参数，只列出会改变的判断

    只计算，不保存任何内容，所以不需要 Idempotency-Key。
    """
    supposed = body.supposed()
    found = what_if(system().judge, actor(), path.code, supposed)  # first of all, whether it is this person's to ask
    if not supposed:
        raise Invalid(field="假设", problem="没有写要换什么，请给出另一天、一项事实、一份材料或一个规则参数。")
    return answer(what_if_shape(found))


def what_if_shape(found: WhatIf) -> WhatIfOut:
    return WhatIfOut(
        project=found.code, today=found.today, as_of=found.day, settings=value_changes(found.settings),
        settings_version=found.settings_version, failed_before=found.failed_before, failed_after=found.failed_after,
        appears=found.count("appears"), vanishes=found.count("vanishes"), same=found.same,
        changes=list(map(difference, found.changes)))
