"""The settings table: the one place that reads the environment. Unknown names and bad values stop the program.

`DANGAN_<NAME>` in the environment wins over the same name in lower case in the TOML file named by `DANGAN_CONFIG`,
which wins over the default.
"""

import dataclasses
import os
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from admin import setting_values as read
from admin.backup.policy import Keep
from admin.setting_values import SHORTEST_KEY
from archive.errors import ArchiveError, Invalid
from ingest.ocr.port import engine_named
from retention import escalation
from retention.compliance.facts import RuleSettings
from retention.escalation import Escalation
from retention.workdays import WorkCalendar

PREFIX = "DANGAN_"
MOST_READERS = 64
MOST_MEMBERS, MOST_RATIO, MOST_DEPTH = 1_000_000, 100_000, 20


class BadSetting(ArchiveError):
    code = "settings.bad"
    text = "{name}：{problem}"


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table. `parse` raises ValueError with what is wrong, in Chinese."""

    name: str
    default: str
    about: str
    parse: Callable[[str], Any]
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("data_dir", "./var", "内置引擎保存一切的文件夹：mongo/ objects/ index/ mail/ log/", read.folder),
    Setting("mongodb_url", "", "MongoDB 6 以上副本集；不设则使用内置 mongod", read.url("mongodb", "mongodb+srv"), secret=True),
    Setting("s3_url", "", "http(s)://KEY:SECRET@主机:端口/桶?region=…；不设则使用文件夹。可加 lock=governance|compliance 与 "
            "days=天数（默认保护期）、public=http(s)://主机（浏览器直接下载）、ca=证书文件", read.s3, secret=True),
    Setting("elasticsearch_url", "", "Elasticsearch 8 或 9：http(s)://用户:口令@主机:端口/?prefix=dangan；不设则使用内置索引。可加 "
            "shards=、replicas=、analyzer=ik（需 IK 插件）、ca=证书文件 或 fingerprint=证书指纹、api_key=（代替用户和口令）、"
            "timeout=检索秒数", read.elasticsearch, secret=True),
    Setting("smtp_url", "", "smtp(s)://用户:口令@主机:端口?from=…；不设则每封邮件写成 mail/ 下的 .eml。可加 bounce=退信地址，"
            "其中的 {id} 换成邮件编号，例如 bounce=bounces+{id}@example.gov.cn", read.url("smtp", "smtps"), secret=True),
    Setting("bounce_url", "", "退信邮箱：写法同 DANGAN_IMAP_URL，须是另一个邮箱或文件夹；被退回的邮件记为未送达",
            read.imap, secret=True),
    Setting("weekly_day", "1", "每周汇总在星期几发给主管，1 是星期一，7 是星期日", read.up_to(7)),
    Setting("sweep_processes", "0", "每晚核对用的进程数；0 为处理器核数，项目不到两千个时只用一个", read.up_to(MOST_READERS, 0)),
    Setting("silent_hours", "26", "超过多少小时没有完成全部项目的核对，网页进程就另行告警", read.up_to(8760)),
    Setting("clamd_url", "", "tcp://主机:端口 或 unix:/路径；不设则查毒结论为“未检查”", read.clamd),
    Setting("base_url", "http://127.0.0.1:8000", "邮件中链接的前缀", read.base),
    Setting("secret_key", "", "签署会话；内置时自动生成，使用任何外部引擎时必须给出，至少 32 个字符", read.key, secret=True),
    Setting("timezone", "Asia/Shanghai", "按哪里的日历计算日期；时刻一律存为 UTC", read.zone),
    Setting("max_upload", "5GiB", "单个文件的大小上限", read.size),
    Setting("derived_size", "2GiB", "页面图像和 Office 转换件的缓存 derived/ 的大小上限；可随时删除，用到时重新生成", read.size),
    Setting("open_uploads", "200", "一个人同时可有多少个未完成的断点续传", read.up_to(10_000)),
    Setting("upload_days", "7", "未完成的断点续传保留多少天，每收到一段重新计算", read.up_to(365)),
    Setting("readers", "2", "每个后台进程同时读取文字的文件数（沙箱进程数）；它们不占用索引与核对", read.up_to(MOST_READERS)),
    Setting("unpack_members", "10000", "一个压缩包（连同其中嵌套的）最多取出的文件数", read.up_to(MOST_MEMBERS)),
    Setting("unpack_bytes", "20GiB", "一个压缩包（连同其中嵌套的）解开后的总大小上限", read.size),
    Setting("unpack_ratio", "200", "解开后的总大小最多为压缩包的多少倍；64 MiB 以内不论倍数", read.up_to(MOST_RATIO)),
    Setting("unpack_depth", "4", "压缩包、邮件、附件层层嵌套时，最多解开几层", read.up_to(MOST_DEPTH)),
    Setting("watch_dir", "", "投递文件夹，放在“项目编号/…”下的文件会自动归档；多个用冒号隔开", read.folders),
    Setting("scanner_dir", "", "扫描件文件夹：整叠扫描的 PDF、多页 TIFF 按分隔页（dangan separators）拆分归档；多个用冒号隔开",
            read.folders),
    Setting("watch_seconds", "10", "投递文件夹里的文件多少秒没有变化才收入", read.seconds),
    Setting("imap_url", "", "收件邮箱：imap(s)://用户:口令@主机:端口/文件夹；可加 starttls=never（明文）、ca=证书文件。"
            "寄到“地址+项目编号@…”的邮件会自动归档", read.imap, secret=True),
    Setting("imap_trust", "", "收信服务器在 Authentication-Results 中的名字；设置后只收经 DMARC、DKIM 或 SPF 证实的发件人，"
            "不设则发件人可能是冒名的", read.server_name),
    Setting("imap_seconds", "120", "每隔多少秒查看一次收件邮箱", read.seconds),
    Setting("ocr", "rapidocr", "光学识别引擎：rapidocr（随程序安装，不联网）或 none（不识别，扫描件只存不检）", engine_named),
    Setting("ocr_workers", "1", "每个后台进程同时识别的文件数；每个占一个处理器核和约 1 GiB 内存", read.up_to(MOST_READERS)),
    Setting("backup_dir", "", "每日备份与每周恢复演练使用的文件夹，应在另一块磁盘上；不设则不做", read.maybe_folder),
    Setting("backup_keep", "", "每日备份保留最近若干日、周、月各一份，例如 7,4,12；不设则全部保留", read.keep),
)
_NAMES = {setting.name for setting in SETTINGS}
_KINDS: dict[type, str] = {int: "整数", bool: " true 或 false", str: "文字", tuple: "整数列表", date: "日期，例如 2021-10-05"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings. Sizes in bytes; `rules` are the documented defaults of the rule register.

    What may hold a password stays out of `repr`, which ends up in logs.
    """

    data_dir: Path
    mongodb_url: str = dataclasses.field(repr=False)
    s3_url: str = dataclasses.field(repr=False)
    elasticsearch_url: str = dataclasses.field(repr=False)
    smtp_url: str = dataclasses.field(repr=False)
    clamd_url: str
    base_url: str
    secret_key: str = dataclasses.field(repr=False)
    timezone: str
    max_upload: int
    derived_size: int = 2 << 30
    weekly_day: int = 1
    silent_hours: int = 26
    bounce_url: str = dataclasses.field(default="", repr=False)
    sweep_processes: int = 0
    readers: int = 2
    open_uploads: int = 200
    upload_days: int = 7
    unpack_members: int = 10_000
    unpack_bytes: int = 20 << 30
    unpack_ratio: int = 200
    unpack_depth: int = 4
    watch_dir: tuple[Path, ...] = ()
    scanner_dir: tuple[Path, ...] = ()
    watch_seconds: int = 10
    imap_url: str = dataclasses.field(default="", repr=False)
    imap_trust: str = ""
    imap_seconds: int = 120
    ocr: str = "none"
    ocr_workers: int = 1
    backup_dir: Path | None = None
    backup_keep: Keep | None = None
    escalation: Escalation = dataclasses.field(default_factory=Escalation)
    rules: RuleSettings = dataclasses.field(default_factory=RuleSettings)
    workdays: WorkCalendar = dataclasses.field(default_factory=WorkCalendar, compare=False)

    @property
    def embedded(self) -> bool:
        """Whether every engine is the embedded one."""
        return not (self.mongodb_url or self.s3_url or self.elasticsearch_url)


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process. Raises BadSetting naming the setting and what to do."""
    env = os.environ if env is None else env
    given = {k.removeprefix(PREFIX).lower(): v for k, v in env.items() if k.startswith(PREFIX)}
    config = given.pop("config", "")
    from_file, tables = _read_file(config) if config else ({}, {})
    for name in given:
        _known(PREFIX + name.upper(), name)
    values = {s.name: _parse(s, given.get(s.name, from_file.get(s.name, s.default))) for s in SETTINGS}
    settings = Settings(**{**values, "data_dir": Path(values["data_dir"]).expanduser().absolute()}, **tables)
    _apart(settings)
    if settings.bounce_url and settings.bounce_url == settings.imap_url:
        raise BadSetting(name=f"{PREFIX}BOUNCE_URL", problem="与 DANGAN_IMAP_URL 相同：收件与退信须是不同的邮箱或文件夹。")
    if not settings.embedded and not settings.secret_key:
        raise BadSetting(name=f"{PREFIX}SECRET_KEY", problem=f"使用外部引擎时必须设置，至少 {SHORTEST_KEY} 个随机字符。")
    return settings


def _apart(settings: Settings) -> None:
    """A folder that is watched must not hold what the archive itself writes, nor lie in it, nor be watched in two ways."""
    for name, folders in (("WATCH_DIR", settings.watch_dir), ("SCANNER_DIR", settings.scanner_dir)):
        others = settings.watch_dir if name == "SCANNER_DIR" else ()
        for folder in folders:
            for own in filter(None, (settings.data_dir, settings.backup_dir)):
                if folder.is_relative_to(own) or own.is_relative_to(folder):
                    raise BadSetting(name=PREFIX + name, problem=f"“{folder}”与系统自己的文件夹“{own}”重叠，请换一个文件夹。")
            if other := next((each for each in others if folder.is_relative_to(each) or each.is_relative_to(folder)), None):
                raise BadSetting(name=PREFIX + name, problem=f"“{folder}”与投递文件夹“{other}”重叠，请换一个文件夹。")


def given(name: str) -> bool:
    """Whether this setting was chosen, in the environment or in the file."""
    if PREFIX + name.upper() in os.environ:
        return True
    config = os.environ.get(PREFIX + "CONFIG", "")
    return bool(config) and name in _read_file(config)[0]


def environment_for(settings: Settings) -> dict[str, str]:
    """What a child process is given that shall work on the same archive: folder and address may have been chosen in the program."""
    return {**os.environ, f"{PREFIX}DATA_DIR": str(settings.data_dir), f"{PREFIX}BASE_URL": settings.base_url}


def with_secret_key(settings: Settings) -> Settings:
    """The embedded profile makes its key once and keeps it in the data folder, mode 600."""
    if settings.secret_key:
        return settings
    path = settings.data_dir / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return dataclasses.replace(settings, secret_key=path.read_text())


def _write_once(path: Path, text: str) -> None:
    """Mode 600, whole or not at all, the first wins: web and worker start at the same time on a new folder."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as target:
        target.write(text)
    with suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()


def _parse(setting: Setting, value: str) -> Any:
    try:
        return setting.parse(str(value).strip())
    except ValueError as error:
        shown = "（已隐去）" if setting.secret else f"“{value}”"
        raise BadSetting(name=PREFIX + setting.name.upper(), problem=f"{shown}不可用，{error}。") from None


def _known(shown: str, name: str) -> None:
    if name not in _NAMES:
        near = get_close_matches(name, sorted(_NAMES), 1)
        hint = f"是否想写 {PREFIX}{near[0].upper()}？" if near else "可用的设置见 docs/reference/settings.md。"
        raise BadSetting(name=shown, problem=f"没有这个设置；{hint}")


def _read_file(path: str) -> tuple[dict[str, str], dict[str, Any]]:
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(name=f"{PREFIX}CONFIG", problem=f"读不了“{path}”（{error}），请检查路径和内容。") from None
    tables = {"rules": _read_rules(path, content.pop("rules", {})),
              "workdays": _read_workdays(path, content.pop("workdays", {})),
              "escalation": _read_escalation(path, content.pop("escalation", {}))}
    for name in content:
        _known(f"{path} 中的 {name}", name)
        if not isinstance(content[name], (str, int)) or isinstance(content[name], bool):
            raise BadSetting(name=f"{path} 中的 {name}", problem="应为文字或整数。")
    return {name: str(value) for name, value in content.items()}, tables


def _read_escalation(path: str, values: Any) -> Escalation:
    try:
        return escalation.read(values)
    except ValueError as error:
        raise BadSetting(name=f"{path} 中的 escalation", problem=f"{error}。") from None


def _read_workdays(path: str, values: Any) -> WorkCalendar:
    """The table `[workdays]`: days off and make-up days as announced, and the years this covers completely."""
    kinds: dict[str, type] = {"rest": date, "work": date, "announced": int}
    if not isinstance(values, dict) or not values.keys() <= kinds.keys():
        raise BadSetting(name=f"{path} 中的 workdays", problem="应为表，只含 rest、work（日期列表）和 announced（年份列表）。")
    for name, listed in values.items():
        if not isinstance(listed, list) or not all(type(item) is kinds[name] for item in listed):
            what = "年份列表，例如 [2027]" if name == "announced" else "日期列表，例如 [2027-01-01]"
            raise BadSetting(name=f"{path} 中的 workdays.{name}", problem=f"应为{what}。")
    if both := set(values.get("rest", ())) & set(values.get("work", ())):
        raise BadSetting(name=f"{path} 中的 workdays", problem=f"{min(both)} 既列为休息日又列为工作日，请去掉一处。")
    overrides = dict.fromkeys(values.get("rest", ()), False) | dict.fromkeys(values.get("work", ()), True)
    return WorkCalendar(overrides, values.get("announced", ()))


def _read_rules(path: str, values: Any) -> RuleSettings:
    """The table `[rules]`: the defaults of the rule register, each by its field's name."""
    if not isinstance(values, dict):
        raise BadSetting(name=f"{path} 中的 rules", problem="应为表，写作 [rules]。")
    fields = {f.name: type(getattr(RuleSettings(), f.name)) for f in dataclasses.fields(RuleSettings)}
    ready: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            near = get_close_matches(name, sorted(fields), 1)
            raise BadSetting(name=f"{path} 中的 rules.{name}", problem=f"没有这个规则参数{'；是否想写 ' + near[0] if near else ''}。")
        value = tuple(value) if isinstance(value, list) else value
        if type(value) is not fields[name]:
            raise BadSetting(name=f"{path} 中的 rules.{name}", problem=f"应为{_KINDS[fields[name]]}。")
        if isinstance(value, tuple) and not all(type(days) is int for days in value):
            raise BadSetting(name=f"{path} 中的 rules.{name}", problem="列表里只能是整数（天数）。")
        ready[name] = value
    try:
        return RuleSettings(**ready)
    except Invalid as error:
        raise BadSetting(name=f"{path} 中的 rules.{error.facts['field']}", problem=str(error.facts["problem"])) from None
