"""Prometheus beside the stack where the program is installed, with the project's own rules."""

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from deploy.local.children import PROJECT, Command
from deploy.local.places import Places, write_private
from deploy.local.ports import HOST
from deploy.local.service_processes import PROCESSES

HOW_TO_GET_IT = (
    "Prometheus is not installed: 'apt-get install prometheus' or 'brew install prometheus' adds it."
)
_RULES = PROJECT / "deploy" / "prometheus"


def find(path: str) -> str | None:
    """Return the program, if it is in PATH."""
    return shutil.which("prometheus", path=path)


def config(ports: Mapping[str, int], rules: Path = _RULES) -> str:
    """Return the configuration: every process is read every five seconds."""
    lines = ["global: {scrape_interval: 5s, evaluation_interval: 5s}", "rule_files:"]
    lines += [f"  - {file}" for file in sorted(rules.glob("rules*.yml"))] or ["  []"]
    lines.append("scrape_configs:")
    for spec in PROCESSES:
        lines += [
            f"  - job_name: {spec.name}",
            f"    metrics_path: {spec.metrics}",
            "    static_configs:",
            f"      - targets: ['{HOST}:{ports[spec.name]}']",
            f"        labels: {{service: {spec.service}, role: {'+'.join(spec.roles)}}}",
        ]
    return "\n".join(lines) + "\n"


def command(program: str, places: Places, ports: Mapping[str, int]) -> Command:
    """Return how Prometheus is started; its data lie in the state folder."""
    file = write_private(places.home / "prometheus.yml", config(ports))
    data = places.home / "prometheus"
    data.mkdir(mode=0o700, exist_ok=True)
    argv = [
        program,
        f"--config.file={file}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=30d",
    ]
    argv += [f"--web.listen-address={HOST}:{ports['prometheus']}", "--log.level=warn"]
    return Command(name="prometheus", argv=argv, death=signal.SIGTERM)
