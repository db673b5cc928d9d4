"""The container files, checked by shape: no engine is needed, and none was at hand."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.codes import Service
from deploy.containers import make_secrets
from deploy.containers.settings import ContainerSettings
from deploy.local.gateway_settings import GatewaySettings
from libs.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: spec for name, spec in SERVICES.items() if spec["image"].startswith("motcua:")}
ONE_SHOT = {"provision", "catalogue"}
PROCESSES = {name for name in OURS if name.removesuffix("-worker") in set(Service)}


def named_volumes(spec: dict[str, Any]) -> set[str]:
    sources = {volume.split(":")[0] for volume in spec.get("volumes", [])}
    return {source for source in sources if not source.startswith(".")}


def test_everything_used_is_declared_and_everything_declared_is_used():
    for kind, used in (
        ("secrets", {s for spec in SERVICES.values() for s in spec.get("secrets", [])}),
        ("volumes", {v for spec in SERVICES.values() for v in named_volumes(spec)}),
        ("networks", {n for spec in SERVICES.values() for n in spec["networks"]}),
    ):
        assert used == set(COMPOSE[kind])


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened_limited_and_watched(name: str):
    spec = SERVICES[name]
    limits = spec["deploy"]["resources"]["limits"]

    assert spec["user"]
    assert spec["user"].split(":")[0] not in {"0", "root"}
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]
    assert spec.get("read_only") is True or name == "kafka"
    assert {"cpus", "memory", "pids"} <= limits.keys()
    assert spec["healthcheck"].get("test") or (name in ONE_SHOT and spec["healthcheck"]["disable"])
    assert not spec.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str):
    image, _, tag = SERVICES[name]["image"].partition(":")

    if image == "motcua":
        assert tag.startswith("${MOTCUA_VERSION:?")
    else:
        assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-[a-z]+)?", tag)


@pytest.mark.parametrize("name", SERVICES)
def test_mounted_files_are_there_and_read_only(name: str):
    for volume in SERVICES[name].get("volumes", []):
        source, *rest = volume.split(":")
        if source.startswith("./"):
            assert (ROOT / source).exists()
            assert rest[-1] == "ro"


def test_every_service_has_its_two_processes_as_its_own_user():
    assert PROCESSES == {name for service in Service for name in (service, f"{service}-worker")}
    for name in PROCESSES:
        service, environment = name.removesuffix("-worker"), SERVICES[name]["environment"]
        assert SERVICES[name]["command"][:3] == ["python", "-m", f"services.{service}"]
        assert environment["MOTCUA_KAFKA_USERNAME"] == environment["MOTCUA_SCHEMA"] == service
        assert environment["MOTCUA_INSTANCE"] == name
        assert all(secret.startswith(f"{service}_") for secret in SERVICES[name]["secrets"])


def test_variables_are_ones_the_programs_read():
    fields = set(ServiceSettings.model_fields)
    aliases = {f.validation_alias for f in ServiceSettings.model_fields.values()}
    for name in PROCESSES:
        for variable in SERVICES[name]["environment"]:
            plain = variable.removesuffix("_FILE")
            assert plain in aliases or plain.removeprefix("MOTCUA_").lower() in fields, variable
    gateway = {v.removeprefix("MOTCUA_GATEWAY_").lower() for v in SERVICES["gateway"]["environment"]}
    assert gateway == set(GatewaySettings.model_fields)
    routes = json.loads(SERVICES["gateway"]["environment"]["MOTCUA_GATEWAY_ROUTES"])
    assert set(routes) == set(Service)


def test_only_the_gateway_and_grafana_are_reached_from_the_host_and_only_on_loopback():
    published = {name: spec["ports"] for name, spec in SERVICES.items() if spec.get("ports")}

    assert set(published) == {"gateway", "grafana"}
    assert all(":-127.0.0.1:" in port for ports in published.values() for port in ports)
    assert COMPOSE["networks"]["data"]["internal"]


def test_every_variable_is_explained_in_the_example_and_none_is_a_password():
    text = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )

    assert used == set(example)
    assert not [name for name in example if "PASSWORD" in name or "SECRET" in name]


def test_the_script_makes_every_secret_with_passwords_of_its_own(tmp_path: Path):
    assert set(make_secrets.texts()) == set(COMPOSE["secrets"])
    first, second = make_secrets.texts(), make_secrets.texts()
    assert not [name for name in first if first[name] == second[name]]

    folder = tmp_path / "secrets"
    assert make_secrets.write(folder)
    before = (folder / "kafka_jaas").read_text()
    assert not make_secrets.write(folder)
    assert (folder / "kafka_jaas").read_text() == before
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_environment_file_gets_a_cluster_id_once(tmp_path: Path):
    shutil.copy(ROOT / ".env.example", tmp_path / ".env.example")

    make_secrets.write_env(tmp_path)
    made = (tmp_path / ".env").read_text()
    make_secrets.write_env(tmp_path)

    assert re.search(r"^KAFKA_CLUSTER_ID=\w[\w-]{21}$", made, re.MULTILINE)
    assert (tmp_path / ".env").read_text() == made


def test_the_one_shot_steps_find_their_secrets():
    wanted = {"postgres_password", "kafka_provision_password"} | {
        f"{service}_{what}"
        for service in Service
        for what in ("database_password", "database_url", "kafka_password")
    }

    assert set(SERVICES["provision"]["secrets"]) == wanted
    assert ContainerSettings().secrets == Path("/run/secrets")


def test_the_brokers_file_has_sections_for_its_own_listeners():
    properties = dict(
        line.split("=", 1)
        for line in (ROOT / "deploy/kafka/server.properties").read_text().splitlines()
        if line and not line.startswith("#")
    )
    jaas = make_secrets.texts()["kafka_jaas"]
    names = {part.split(":")[0].lower() for part in properties["listener.security.protocol.map"].split(",")}

    assert {
        section.partition(".")[0] for section in re.findall(r"^\w+\.KafkaServer", jaas, re.MULTILINE)
    } == names
    assert properties["auto.create.topics.enable"] == "false"
    assert properties["allow.everyone.if.no.acl.found"] == "false"


def test_hadolint_and_the_compose_schema_agree():
    tools = ROOT / ".venv-tools" / "bin"
    if not (tools / "hadolint").exists():
        pytest.skip("the tools' environment is not there")
    schema = [tools / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    for command in (schema, [tools / "hadolint", "deploy/Dockerfile"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
