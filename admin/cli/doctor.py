"""doctor: what this machine has, and whether the engines answer."""

import click

from admin import doctor as examination
from admin import recognition, settings
from admin.backup import status
from admin.cli.common import as_json, opened, show
from admin.doctor import Check
from admin.scanning import standing
from admin.storage import status as storage
from admin.system import System
from archive.errors import EngineDown
from archive.events import lag
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.setting_values import differences
from retention.rule_changes import in_force

NAMES = {"ok": "正常", "missing": "缺少", "bad": "故障"}


@click.command()
@as_json
def doctor(as_json: bool) -> int:
    """检查引擎、版本、可选工具、时钟、磁盘、权限。有故障时退出码为 1，引擎连不上为 3。"""
    checks = examination.examine(settings.load())
    engines_up = not any(check.state == "bad" for check in checks)
    if engines_up:
        engines_up = _engines(checks)
    if as_json:
        show({"checks": checks})
    else:
        for check in checks:
            click.echo(f"{NAMES[check.state]}\t{check.name}\t{check.detail}\t{check.advice}".rstrip())
    if not engines_up:
        return 3
    return 1 if any(check.state == "bad" for check in checks) else 0


def _scanner(system: System) -> Check:
    try:
        stands = standing(system.intake.scanner, system.clock.now())
    except EngineDown as error:
        return Check("查毒", "bad", str(error), "请检查 clamd；在它恢复之前，上传会被拒绝")
    return Check("查毒", "missing" if stands.advice else "ok", stands.detail, stands.advice)


def _objects(system: System) -> Check:
    """Raises EngineDown."""
    info = system.blobs.info()
    detail = "，".join([info.place, "可加锁" if info.locks else "不能加锁", *(f"{k} {v}" for k, v in info.detail.items())])
    return Check("对象存储", "bad" if info.alarms else "ok", detail, "".join(info.alarms))


def _rules(system: System) -> Check:
    """Which settings of the rules differ from the defaults, and who says so: the file, or what two people approved over it."""
    held = in_force(system.settings.rules, system.clock.today())
    file = differences(RuleSettings(), system.settings.rules)
    hidden = sorted(file.keys() & held.sources.keys())
    detail = f"版本 {held.version}；配置文件 {len(file)} 项，经批准的修改 {len(held.sources)} 项"
    return Check("规则参数", "ok", detail, f"配置文件中的 {'、'.join(hidden)} 不起作用：以经批准的修改为准" if hidden else "")


def _engines(checks: list[Check]) -> bool:
    up = True
    try:
        with opened() as system:
            info = system.index.info()
            checks.append(Check("MongoDB 连接", "ok", f"发件箱待处理 {lag(system.clock.now()).waiting} 件"))
            ready = info.state == "ready"
            checks.append(Check("检索索引", "ok" if ready else "missing", f"{info.documents} 件",
                                "" if ready else info.reason if info.state == "down" else "请运行 dangan init"))
            try:
                checks.append(_objects(system))
            except EngineDown as error:
                checks.append(Check("对象存储", "bad", str(error)))
                up = False
            checks.append(_scanner(system))
            checks.append(recognition.check(system))
            place, advice = storage.described(system.settings)
            checks.append(Check("文件存放", "missing" if advice else "ok", place, advice))
            checks += [Check(name, "ok" if good else "missing", detail, advice)
                       for name, good, detail, advice in status.described(system.clock.now())]
            checks.append(_rules(system))
            checks.append(Check("时钟", "ok", f"{system.clock.today()}（{system.settings.timezone}）"))
    except EngineDown as error:
        checks.append(Check("引擎", "bad", str(error)))
        return False
    return up
