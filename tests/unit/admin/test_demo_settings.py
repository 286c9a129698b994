"""The demonstration's own settings give way to those somebody chose."""

from pathlib import Path

import pytest

from admin import settings as settings_module
from admin.cli.demo import demo_settings
from admin.settings import environment_for


def test_links_lead_to_the_port_it_listens_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DANGAN_BASE_URL", "DANGAN_DATA_DIR", "DANGAN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    made = demo_settings(8123)
    assert (made.base_url, made.data_dir.name) == ("http://127.0.0.1:8123", "demo")
    monkeypatch.setenv("DANGAN_DATA_DIR", environment_for(made)["DANGAN_DATA_DIR"])
    monkeypatch.setenv("DANGAN_BASE_URL", environment_for(made)["DANGAN_BASE_URL"])
    assert settings_module.load().base_url == made.base_url


def test_what_was_chosen_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DANGAN_BASE_URL", "https://dangan.example.gov.cn")
    monkeypatch.setenv("DANGAN_DATA_DIR", str(tmp_path))
    made = demo_settings(8123)
    assert (made.base_url, made.data_dir) == ("https://dangan.example.gov.cn", tmp_path)
