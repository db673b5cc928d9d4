"""Comparing what was said with what was applied: sums first, then groups of dossiers, then dossiers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from contracts.codes import Service
from contracts.topics import TOPICS

READERS: Mapping[Service, tuple[Service, ...]] = {t.emitter: t.readers for t in TOPICS if not t.compacted}
_CODES_AT_ONCE = 100
_MOST = 1_000


class Asks(Protocol):
    """Whoever can ask the services."""

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A dossier of which a reader applied another number of an emitter's events than were said."""

    emitter: Service
    reader: Service
    dossier: str
    said: int
    applied: int
    code: str = ""

    def row(self) -> tuple[Any, ...]:
        """Return it as a line of the list."""
        return (self.emitter, self.reader, self.code, self.dossier, self.said, self.applied)


def differences(services: Asks) -> list[Difference]:
    """Return the dossiers that differ (at most 1,000 per pair of services), with their codes where one knows them."""
    sums = {service: services.get(f"/{service}/api/v1/counts") for service in Service}
    found = []
    for emitter, readers in READERS.items():
        said = sums[emitter]["said"]
        for reader in readers:
            if sums[reader]["applied"].get(emitter, {"dossiers": 0, "events": 0}) != said:
                found += _pair(services, emitter, reader)
    return _named(services, found)


def _pair(services: Asks, emitter: Service, reader: Service) -> list[Difference]:
    said = _groups(services, emitter, emitter)
    applied = _groups(services, reader, emitter)
    found: list[Difference] = []
    for group in sorted(said.keys() | applied.keys(), key=int):
        if said.get(group) != applied.get(group):
            found += _group(services, emitter, reader, group)
        if len(found) >= _MOST:
            return found[:_MOST]
    return found


def _groups(services: Asks, service: Service, emitter: Service) -> dict[str, list[int]]:
    answer: dict[str, list[int]] = services.get(f"/{service}/api/v1/counts/buckets", emitter=emitter)[
        "buckets"
    ]
    return answer


def _group(services: Asks, emitter: Service, reader: Service, group: str) -> list[Difference]:
    said, applied = (
        services.get(f"/{service}/api/v1/counts/dossiers", emitter=emitter, bucket=group)["dossiers"]
        for service in (emitter, reader)
    )
    return [
        Difference(emitter, reader, dossier, said.get(dossier, 0), applied.get(dossier, 0))
        for dossier in sorted(said.keys() | applied.keys())
        if said.get(dossier, 0) != applied.get(dossier, 0)
    ]


def _named(services: Asks, found: list[Difference]) -> list[Difference]:
    ids = sorted({difference.dossier for difference in found})
    codes: dict[str, str] = {}
    for start in range(0, len(ids), _CODES_AT_ONCE):
        some = ids[start : start + _CODES_AT_ONCE]
        codes |= services.get("/intake/api/v1/counts/codes", id=some)["codes"]
    return [replace(difference, code=codes.get(difference.dossier, "")) for difference in found]
