"""Settings come from variables, or from files named by variables; secrets never show."""

import os

import pytest
from pydantic import ValidationError

from libs.settings import ServiceSettings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)


def test_variables_are_read(monkeypatch):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "postgresql://sla:secret@h/db")
    monkeypatch.setenv("MOTCUA_SCHEMA", "t1_sla")
    monkeypatch.setenv("MOTCUA_TOPIC_PREFIX", "t1-")

    settings = ServiceSettings(service="sla")

    assert settings.dsn == "postgresql://sla:secret@h/db"
    assert (settings.schema_name, settings.group, settings.topic("sla.events")) == (
        "t1_sla",
        "t1-sla",
        "t1-sla.events",
    )
    assert "secret" not in repr(settings)


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgresql://from-file\n")
    monkeypatch.setenv("MOTCUA_DATABASE_URL_FILE", str(tmp_path / "url"))

    assert ServiceSettings(service="sla").dsn == "postgresql://from-file"


def test_the_schema_is_the_services_name_unless_given():
    assert ServiceSettings(service="sla", database_url="postgresql://h").schema_name == "sla"


def test_a_missing_address_is_refused():
    with pytest.raises(ValidationError, match="database_url"):
        ServiceSettings(service="sla")
