"""A unit and a succession while the seed's files are being built."""

from dataclasses import dataclass

LEGACY_FROM = "2018-01-01"
LEGACY_TO = "2025-06-30"
TODAY_FROM = "2025-07-01"
"""Since when there are two levels of local government (Luật Tổ chức chính quyền địa phương 2025)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit; dates are ISO texts, an empty `valid_to` means it still exists."""

    code: str
    name: str
    level: str
    kind: str = "peoples_committee"
    agency_code: str = ""
    valid_from: str = ""
    valid_to: str = ""
    basis: str = "known"

    @property
    def parent(self) -> str:
        """Return the code of the unit above; empty for a province."""
        return self.code.rpartition(".")[0]

    @property
    def province(self) -> str:
        """Return the code of the province."""
        return self.code.partition(".")[0]

    @property
    def tail(self) -> str:
        """Return the last segment of the code."""
        return self.code.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Succession:
    """Who takes over from `old` on a day; `commune`: only dossiers of that old commune."""

    old: str
    new: str
    on: str
    default: bool = True
    commune: str = ""
