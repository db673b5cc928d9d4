"""What people came for in Quảng Nam in 2022, to whom it went, and which units were busy or slow."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from contracts.catalogue import Procedure
from contracts.codes import Channel, Level
from deploy.seed.arrivals import calendar
from deploy.seed.choice import Choice
from deploy.seed.places import Place as Unit
from deploy.seed.procedures import procedures
from deploy.seed.tables import Row, read
from law.durations import Duration, Limit
from law.kinds import reckoning_of
from law.reckoning import Reckoning
from law.rule_set import rule_sets

PROVINCE = "P49"
RULE_SET = "nd-61-2018"
_COUNTER = "P49.TTPVHCC"
"""Where the province's own dossiers are handed in: the public service centre."""
_MIDDLE = "2022-06-30"
_BUSY = {"Phường": 18, "Thị": 16, "Xã": 10}
"""How much busier a ward or a township is than a rural commune."""
_LONG = 3
"""Working days from which on there is time to ask for a supplement."""
_TAXED = frozenset({"1.013978", "1.012753", "1.013831", "1.013949"})


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A procedure at one level: its share, how prone to lateness, and the office that decides."""

    level: Level
    procedure_code: str
    field: str
    office: str
    share: int
    late_weight: int
    is_declared: bool
    """The catalogue lacks it: the register's own deadline rules."""
    may_wait: bool
    """Long enough for a supplement to be asked for."""
    owes_tax: bool
    reckonings: dict[Channel, Reckoning]

    def due(self, channel: Channel, received: int) -> int:
        """Return the appointment (tick) of a dossier received then."""
        reckoning = self.reckonings[channel]
        return reckoning.appointment(reckoning.begin(received).due)


@dataclass(frozen=True, slots=True)
class Counter:
    """A unit that receives dossiers; `agency_code` begins their codes."""

    code: str
    agency_code: str

    def competent(self, work: Work) -> str:
        """Return who decides what is handed in here."""
        above = PROVINCE if work.level is Level.PROVINCE else self.code
        return f"{above}.{work.office}" if work.office else above


@cache
def works() -> tuple[Work, ...]:
    """Return what was asked for, at each level."""
    return tuple(_work(row) for row in read("mix_2022.csv"))


@cache
def _catalogue() -> dict[str, Procedure]:
    return {each.code: each for each in procedures() if each.valid_from.isoformat() <= _MIDDLE}


def _work(row: Row) -> Work:
    procedure = _catalogue().get(row["procedure_code"])
    if procedure is None:
        limit = Limit.single(Duration(int(row["days"])))
    else:
        limit = Limit.of(procedure.limits, judged_by=procedure.judged_by)
    reckonings = {channel: _reckoning(limit, channel) for channel in Channel}
    longest = max(each.duration.amount for each in reckonings.values())
    return Work(
        level=Level(row["level"]),
        procedure_code=row["procedure_code"],
        field=procedure.field if procedure else row["field"],
        office=row["office"],
        share=int(row["share"]),
        late_weight=int(row["late_weight"]),
        is_declared=procedure is None,
        may_wait=procedure is not None and longest >= _LONG,
        owes_tax=row["procedure_code"] in _TAXED,
        reckonings=reckonings,
    )


def _reckoning(limit: Limit, channel: Channel) -> Reckoning:
    duration = limit.on(channel)
    if duration is None:
        raise ValueError(f"no time limit for {channel}")
    return reckoning_of(duration=duration, rule_set=rule_sets().get(RULE_SET), line=calendar().timeline)


@cache
def counters(level: Level, *, slow: bool) -> Choice[Counter]:
    """Return where dossiers of a level were handed in, by how busy, or how often late, each place is."""
    districts = {
        row["district"]: int(row["weight"]) * (int(row["late_weight"]) if slow else 10)
        for row in read("districts_2022.csv")
    }
    units = _committees()
    if level is Level.PROVINCE:
        found = {_COUNTER: 1}
    elif level is Level.DISTRICT:
        found = districts
    else:
        found = _communes(districts)
    return Choice([Counter(code, units[code].agency_code) for code in found], list(found.values()))


def _communes(districts: dict[str, int]) -> dict[str, int]:
    """Share a district's weight out among its communes, wards and townships getting more."""
    inside: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for code, unit in _committees().items():
        if unit.level == Level.COMMUNE:
            inside[unit.parent][code] = _BUSY[unit.name.split(" ", 1)[0]] * (7 + sum(map(ord, code)) % 7)
    return {
        code: districts[district] * 1000 * share // sum(shares.values())
        for district, shares in inside.items()
        for code, share in shares.items()
    }


@cache
def _committees() -> dict[str, Unit]:
    """Return the people's committees of the province in mid-2022, and its public service centre."""
    return {
        row["code"]: Unit(**row)
        for row in read("units.csv")
        if row["code"].partition(".")[0] == PROVINCE
        and row["valid_from"] <= _MIDDLE <= row["valid_to"]
        and (row["kind"] == "peoples_committee" or row["code"] == _COUNTER)
    }
