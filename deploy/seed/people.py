"""Made-up applicants for the live demo, so plainly that nobody takes one for a real person.

The middle name says "sample" (Mẫu) or "trial" (Thử), identity numbers begin with 999 (no province has that
code), phones are 0900000xxx, and the street does not exist.
"""

from dataclasses import asdict, dataclass
from random import Random

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
_MIDDLE = ("Mẫu", "Thử")
_GIVEN = (
    *(
        "An",
        "Bình",
        "Chi",
        "Dũng",
        "Đào",
        "Giang",
        "Hà",
        "Hiếu",
        "Hương",
        "Khánh",
        "Lan",
        "Linh",
        "Mai",
        "Minh",
    ),
    *(
        "Nga",
        "Ngọc",
        "Oanh",
        "Phúc",
        "Quân",
        "Quỳnh",
        "Sơn",
        "Tâm",
        "Thảo",
        "Trang",
        "Tuấn",
        "Uyên",
        "Vinh",
        "Yến",
    ),
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person as the counter's form asks for one."""

    full_name: str
    id_number: str
    phone: str
    address: str

    def as_form(self) -> dict[str, str]:
        """Return the `applicant` of a `POST /intake/api/v1/dossiers`."""
        return asdict(self)


def applicant(rng: Random, *, commune: str) -> Applicant:
    """Return somebody who lives in a commune (its public name) and does not exist."""
    return Applicant(
        full_name=f"{_one_of(_FAMILY, rng)} {_one_of(_MIDDLE, rng)} {_one_of(_GIVEN, rng)}",
        id_number=f"999{int(rng.random() * 1_000_000_000):09d}",
        phone=f"0900000{int(rng.random() * 1000):03d}",
        address=f"Số {1 + int(rng.random() * 200)} đường Thử Nghiệm, {commune}",
    )


def _one_of(names: tuple[str, ...], rng: Random) -> str:
    return names[int(rng.random() * len(names))]
