"""What people hand in today, for the live demo: made-up filings at the counters of Đắk Lắk.

Another province than the register's, so that its year stays as it is. A share of them is the synthetic procedure
that is limited in minutes, so that one can watch a dossier turn late at any hour.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from random import Random

from contracts.catalogue import Basis, JudgedBy, Procedure
from contracts.codes import Channel, Level
from deploy.seed.choice import Choice
from deploy.seed.people import Applicant, applicant
from deploy.seed.procedures import procedures
from deploy.seed.tables import read
from deploy.seed.totals import quotas

PROVINCE = "N66"
COUNTER = "N66.TTPVHCC"
SYNTHETIC_SHARE = 0.3
_CHANNELS = Choice((Channel.ONLINE, Channel.COUNTER, Channel.POST), (60, 38, 2))
_AT_A_COMMUNE = 0.7
"""Of dossiers for the province: one may hand in anywhere in it (NĐ 118/2025 Đ.14.2)."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One dossier as somebody hands it in."""

    procedure_code: str
    channel: Channel
    receiving_unit: str
    applicant_commune: str
    parcel_commune: str | None
    applicant: Applicant

    def as_form(self) -> dict[str, object]:
        """Return the body of a `POST /intake/api/v1/dossiers`."""
        body: dict[str, object] = {
            "procedure_code": self.procedure_code,
            "channel": self.channel.value,
            "receiving_unit": self.receiving_unit,
            "applicant_commune": self.applicant_commune,
            "applicant": self.applicant.as_form(),
        }
        return body | ({"parcel_commune": self.parcel_commune} if self.parcel_commune else {})


def filing(rng: Random, *, synthetic_share: float = SYNTHETIC_SHARE) -> Filing:
    """Return the next filing; the same for the same random numbers."""
    communes = _communes()
    code, name = communes[int(rng.random() * len(communes))]
    procedure = (_synthetic() if rng.random() < synthetic_share else _real()).draw(rng)
    at_commune = Level.COMMUNE in procedure.levels or rng.random() < _AT_A_COMMUNE
    return Filing(
        procedure_code=procedure.code,
        channel=_CHANNELS.draw(rng),
        receiving_unit=code if at_commune else COUNTER,
        applicant_commune=code,
        parcel_commune=code if procedure.field == "dat-dai" else None,
        applicant=applicant(rng, commune=name),
    )


@cache
def _communes() -> tuple[tuple[str, str], ...]:
    rows = [row for row in read("units.csv") if row["code"].startswith(f"{PROVINCE}.C")]
    return tuple((row["code"], row["name"]) for row in rows if row["kind"] == "peoples_committee")


@cache
def _today() -> tuple[Procedure, ...]:
    return tuple(each for each in procedures() if each.valid_to is None)


@cache
def _synthetic() -> Choice[Procedure]:
    found = [each for each in _today() if each.basis is Basis.SYNTHETIC and each.judged_by is JudgedBy.MOMENT]
    return Choice(found, [1] * len(found))


@cache
def _real() -> Choice[Procedure]:
    """Return today's procedures, as often asked for as in the register's year, whoever decides them now."""
    asked: defaultdict[str, int] = defaultdict(int)
    received = {level: sum(fates.values()) for level, fates in quotas().items()}
    for row in read("mix_2022.csv"):
        asked[row["procedure_code"]] += int(row["share"]) * received[Level(row["level"])] // 1000
    found = [each for each in _today() if asked[each.code]]
    return Choice(found, [asked[each.code] for each in found])
