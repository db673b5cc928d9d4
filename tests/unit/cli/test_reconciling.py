"""The reconciliation finds the one dossier that differs, and asks no more than it must."""

from typing import Any

from cli.reconciling import READERS, Difference, differences
from contracts.codes import Service

EVENTS = {Service.INTAKE: {"a1": 3, "b2": 1}, Service.ROUTING: {"a1": 5}, Service.SLA: {}}
"""What each emitter said, by dossier; the group is the last digit."""


class Services:
    """Four services that answer from memory; `wrong` says what one reader applied otherwise."""

    def __init__(self, wrong: dict[tuple[Service, Service], dict[str, int]] | None = None) -> None:
        self.wrong = wrong or {}
        self.asked: list[str] = []

    def rows(self, service: Service, emitter: Service) -> dict[str, int]:
        rows = EVENTS.get(emitter, {}) | (
            self.wrong.get((service, emitter), {}) if service != emitter else {}
        )
        return {dossier: seq for dossier, seq in rows.items() if seq}

    def get(self, path: str, **params: Any) -> Any:
        self.asked.append(path)
        _, name, _, _, _, *rest = path.split("/")
        service = Service(name)
        if not rest:
            heard = [e for e, readers in READERS.items() if service in readers]
            applied = {e: self.sums(service, e) for e in heard if self.rows(service, e)}
            return {"said": self.sums(service, service), "applied": applied}
        if rest == ["codes"]:
            return {"codes": {dossier: f"MS-{dossier}" for dossier in params["id"]}}
        rows = self.rows(service, params["emitter"])
        if rest == ["dossiers"]:
            return {"dossiers": {d: n for d, n in rows.items() if d[-1] == params["bucket"]}}
        groups: dict[str, list[int]] = {}
        for dossier, number in rows.items():
            group = groups.setdefault(dossier[-1], [0, 0])
            group[0], group[1] = group[0] + 1, group[1] + number
        return {"buckets": groups}

    def sums(self, service: Service, emitter: Service) -> dict[str, int]:
        rows = self.rows(service, emitter)
        return {"dossiers": len(rows), "events": sum(rows.values())}


def test_equal_sums_need_four_questions():
    services = Services()

    assert differences(services) == []
    assert len(services.asked) == 4


def test_a_lost_and_a_doubled_event_are_named_although_the_sums_agree_in_one_group():
    services = Services(
        {(Service.SLA, Service.INTAKE): {"a1": 2}, (Service.REPORTING, Service.ROUTING): {"a1": 6}}
    )

    assert differences(services) == [
        Difference(Service.INTAKE, Service.SLA, "a1", 3, 2, "MS-a1"),
        Difference(Service.ROUTING, Service.REPORTING, "a1", 5, 6, "MS-a1"),
    ]


def test_a_dossier_nobody_applied_is_named_too():
    services = Services({(Service.ROUTING, Service.INTAKE): {"b2": 0}})

    assert differences(services) == [Difference(Service.INTAKE, Service.ROUTING, "b2", 1, 0, "MS-b2")]
