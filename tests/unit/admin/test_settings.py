"""One table of settings: what is unknown or bad is named with what to do, and no secret is ever shown."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from admin import settings
from admin.mail.address import smtp_address
from admin.setting_values import SHORTEST_KEY
from admin.settings import SETTINGS, BadSetting, Settings, load, with_secret_key
from retention.compliance.facts import RuleSettings

KEY = "k" * 32


def config(folder: Path, text: str) -> dict[str, str]:
    path = folder / "dangan.toml"
    path.write_text(text, encoding="utf-8")
    return {"DANGAN_CONFIG": str(path)}


def test_the_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    found = load({})
    assert found == Settings(
        data_dir=tmp_path / "var", mongodb_url="", s3_url="", elasticsearch_url="", smtp_url="", clamd_url="",
        base_url="http://127.0.0.1:8000", secret_key="", timezone="Asia/Shanghai", max_upload=5 << 30, ocr="rapidocr")
    assert found.embedded
    assert {s.name for s in SETTINGS} == {field for field in Settings.__slots__ if field not in ("rules", "workdays", "escalation")}


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    env = config(tmp_path, 'base_url = "http://file:1"\ntimezone = "Asia/Urumqi"\nmax_upload = 7\n')
    found = load(env | {"DANGAN_BASE_URL": "https://env/", "PATH": "/bin", "DANGANX": "y"})
    assert (found.base_url, found.timezone, found.max_upload) == ("https://env", "Asia/Urumqi", 7)
    assert found.clamd_url == ""


@pytest.mark.parametrize(("name", "hint"), [
    ("DANGAN_DATADIR", "DANGAN_DATA_DIR"), ("DANGAN_MONGO_URL", "DANGAN_MONGODB_URL"),
    ("DANGAN_SMTP", "DANGAN_SMTP_URL"), ("DANGAN_QQQQQQ", "docs/reference/settings.md")])
def test_an_unknown_name_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load({name: "x"})
    assert str(caught.value).startswith(name)
    assert hint in str(caught.value)


def test_an_unknown_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"data_dri.*DANGAN_DATA_DIR"):
        load(config(tmp_path, 'data_dri = "x"'))


@pytest.mark.parametrize(("name", "value"), [
    ("DATA_DIR", ""), ("DATA_DIR", "  "), ("MONGODB_URL", "mysql://h/"), ("MONGODB_URL", "localhost:27017"),
    ("MONGODB_URL", "mongodb://"), ("S3_URL", "s3://h/b"), ("ELASTICSEARCH_URL", "es:9200"), ("SMTP_URL", "mail:25"),
    ("SMTP_URL", "smtp://"), ("CLAMD_URL", "http://h:1"), ("CLAMD_URL", "tcp://h"), ("BASE_URL", "127.0.0.1:8000"),
    ("BASE_URL", ""), ("BASE_URL", "http://"), ("BASE_URL", "http://[::1"), ("SECRET_KEY", "k" * 31),
    ("TIMEZONE", "Asia/Chengdu"), ("TIMEZONE", ""), ("TIMEZONE", "../etc/passwd"), ("TIMEZONE", "Asia"),
    ("MAX_UPLOAD", ""), ("MAX_UPLOAD", "0"), ("MAX_UPLOAD", "-1"), ("MAX_UPLOAD", "5 TiB"), ("MAX_UPLOAD", "many"),
    ("MAX_UPLOAD", "1.5GiB")])
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load({f"DANGAN_{name}": value, "DANGAN_SECRET_KEY": KEY} | ({f"DANGAN_{name}": value}))
    assert str(caught.value).startswith(f"DANGAN_{name}：")


@pytest.mark.parametrize(("name", "value"), [
    ("MONGODB_URL", "mysql://u:hunter2@h/"), ("S3_URL", "s3://AK:hunter2@h/bucket"), ("SMTP_URL", "u:hunter2@h"),
    ("ELASTICSEARCH_URL", "u:hunter2@h"), ("SECRET_KEY", "hunter2")])
def test_a_secret_is_not_in_the_complaint(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load({f"DANGAN_{name}": value})
    assert "hunter2" not in f"{caught.value}{caught.value.facts}"


def test_settings_can_be_shown_without_their_secrets() -> None:
    found = load({
        "DANGAN_MONGODB_URL": "mongodb://u:hunter2@h/", "DANGAN_S3_URL": "http://AK:hunter2@h/bucket", "DANGAN_SECRET_KEY":
        "hunter2" * 9, "DANGAN_ELASTICSEARCH_URL": "http://u:hunter2@h", "DANGAN_SMTP_URL": "smtp://u:hunter2@h"})
    assert "hunter2" in found.smtp_url
    assert "hunter2" not in f"{found!r} {found}"


@pytest.mark.parametrize(("text", "size"), [
    ("5GiB", 5 << 30), ("200MiB", 200 << 20), ("1 kb", 1000), ("3g", 3 << 30), ("12", 12), (" 7 MB ", 7_000_000)])
def test_sizes(text: str, size: int) -> None:
    assert load({"DANGAN_MAX_UPLOAD": text}).max_upload == size


@pytest.mark.parametrize("value", ["unix:/run/clamd.sock", "tcp://127.0.0.1:3310", ""])
def test_scanners(value: str) -> None:
    assert load({"DANGAN_CLAMD_URL": value}).clamd_url == value


@pytest.mark.parametrize("name", ["MONGODB_URL", "S3_URL", "ELASTICSEARCH_URL"])
def test_an_external_engine_needs_a_key(name: str) -> None:
    url = "mongodb://h/" if name == "MONGODB_URL" else "http://a:b@h:9000/bucket"
    with pytest.raises(BadSetting, match="DANGAN_SECRET_KEY"):
        load({f"DANGAN_{name}": url})
    assert not load({f"DANGAN_{name}": url, "DANGAN_SECRET_KEY": KEY}).embedded


# -- the file ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["no toml", "a = ", '"open'])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSetting, match=r"DANGAN_CONFIG.*dangan\.toml"):
        load(config(tmp_path, text))
    with pytest.raises(BadSetting, match="nowhere"):
        load({"DANGAN_CONFIG": str(tmp_path / "nowhere")})
    (tmp_path / "latin").write_bytes(b'data_dir = "\xff"')
    with pytest.raises(BadSetting, match="latin"):
        load({"DANGAN_CONFIG": str(tmp_path / "latin")})


@pytest.mark.parametrize("text", ["data_dir = ['a']", "max_upload = 1.5", "timezone = true", "[base_url]\nx = 1"])
def test_a_value_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSetting, match=r"dangan\.toml 中的"):
        load(config(tmp_path, text))


def test_rules_of_the_file_replace_the_register_s_defaults(tmp_path: Path) -> None:
    found = load(config(tmp_path, """
        [rules]
        grace_months = 0
        roll_rest_day = false
        basis = "completion_only"
        acceptance_notice_days = [90, 1]
        legacy_before = 2022-01-01
        """)).rules
    assert (found.grace_months, found.roll_rest_day, found.basis, found.acceptance_notice_days, found.legacy_before) == (
        0, False, "completion_only", (90, 1), date(2022, 1, 1))
    assert found.trial_months == RuleSettings().trial_months


@pytest.mark.parametrize(("text", "named"), [
    ("[rules]\ngrace_month = 0", "rules.grace_month：.*grace_months"), ("[rules]\ngrace_months = '0'", "grace_months：应为整数"),
    ("[rules]\ngrace_months = true", "grace_months"), ("[rules]\nroll_rest_day = 1", "roll_rest_day"),
    ("[rules]\nlegacy_before = '2022-01-01'", "legacy_before"), ("[rules]\nlegacy_before = 2022-01-01T00:00:00", "legacy"),
    ("[rules]\nacceptance_notice_days = ['60']", "acceptance_notice_days"), ("rules = 3", "rules"),
    ("[rules]\nbasis = 'none'", "basis"), ("[rules]\ntrial_months = -1", "trial_months"),
    ("[rules]\nom_max_years = 0", "om_max_years"), ("[rules]\nqqqqq = 1", "qqqqq")])
def test_a_bad_rule_parameter_is_a_bad_setting(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadSetting, match=named):
        load(config(tmp_path, text))


def test_what_was_given_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in config(tmp_path, 'timezone = "Asia/Urumqi"').items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DANGAN_DATA_DIR", "x")
    assert [settings.given(name) for name in ("data_dir", "timezone", "base_url")] == [True, True, False]
    monkeypatch.delenv("DANGAN_CONFIG")
    assert not settings.given("timezone")


# -- the key -------------------------------------------------------------------------------------------------------

def test_the_embedded_key_is_made_once_and_private(tmp_path: Path) -> None:
    plain = load({"DANGAN_DATA_DIR": str(tmp_path / "new")})
    first, second = with_secret_key(plain), with_secret_key(plain)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= SHORTEST_KEY
    path = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]
    assert with_secret_key(load({"DANGAN_DATA_DIR": str(tmp_path / "other")})).secret_key != first.secret_key


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    for number in range(10):
        plain = load({"DANGAN_DATA_DIR": str(tmp_path / str(number))})
        with ThreadPoolExecutor(4) as pool:
            keys = {made.secret_key for made in pool.map(with_secret_key, [plain] * 4)}
        assert len(keys) == 1
        assert len(keys.pop()) >= SHORTEST_KEY


def test_a_given_key_is_taken_and_nothing_is_written(tmp_path: Path) -> None:
    plain = load({"DANGAN_DATA_DIR": str(tmp_path), "DANGAN_SECRET_KEY": KEY})
    assert with_secret_key(plain).secret_key == KEY
    assert list(tmp_path.iterdir()) == []


# -- mail ----------------------------------------------------------------------------------------------------------

def test_the_parts_of_an_smtp_url() -> None:
    full = smtp_address("smtps://us%40er:p%3Aw@mail.example.cn?from=dangan@example.cn&starttls=never")
    assert (full.host, full.port, full.tls, full.user, full.password, full.sender, full.starttls) == (
        "mail.example.cn", 465, True, "us@er", "p:w", "dangan@example.cn", "never")
    short = smtp_address("smtp://mail.example.cn:2525")
    assert (short.port, short.tls, short.user, short.sender, short.starttls) == (
        2525, False, "", "dangan@mail.example.cn", "opportunistic")


@pytest.mark.parametrize("url", ["smtp://host:port", "smtp://host:99999", "smtp://:25", "smtp://?from=a@b"])
def test_an_smtp_url_without_host_or_port_is_refused_and_keeps_its_secret(url: str) -> None:
    with pytest.raises(BadSetting, match="DANGAN_SMTP_URL"):
        smtp_address(url.replace("//", "//u:hunter2@"))


def test_the_arrangement_of_a_year_is_filled_in_once_it_is_announced(tmp_path: Path) -> None:
    assert load({}).workdays.provisional(2031)
    found = load(config(tmp_path, """
        [workdays]
        rest = [2031-05-02]
        work = [2031-05-04]
        announced = [2031]
    """)).workdays
    assert not found.provisional(2031)
    assert not found.is_workday(date(2031, 5, 2)), "a Friday off"
    assert found.is_workday(date(2031, 5, 4)), "a Sunday to make up for it"


@pytest.mark.parametrize(("text", "hint"), [
    ("workdays = 1", "workdays"), ("[workdays]\nholidays = []", "workdays"), ("[workdays]\nrest = ['2031-05-02']", "rest"),
    ("[workdays]\nannounced = [true]", "announced"), ("[workdays]\nwork = 2031-05-04", "work"),
    ("[workdays]\nrest = [2031-05-04]\nwork = [2031-05-04]", "2031-05-04 既列为休息日又列为工作日")])
def test_a_bad_calendar_is_named(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(BadSetting, match=hint):
        load(config(tmp_path, text))
