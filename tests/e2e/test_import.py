"""Registers through `motcua import`: known ones skipped, changed ones refused, voided ones gone, bad ones named."""

import csv
import re
from pathlib import Path

import httpx
import pytest

from deploy.seed.register import REGISTER_COLUMNS
from tests.e2e.conftest import SCALE, get
from tests.e2e.stack import Stack, until

HEADER = ",".join(REGISTER_COLUMNS)
DOSSIERS = 463

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def register(stack: Stack) -> Path:
    return stack.home / "demo-register" / "REGISTER.csv"


def small(folder: Path, name: str, *, resolved: str = "2021-03-08T10:00") -> Path:
    """Write a register of three birth certificates of a commune in 2021."""
    lines = [
        f"{name}-{n},1.001193,ho-tich,counter,P49.D502.C20335,P49.D502.C20335,2021-03-0{n}T08:00,,{resolved},"
        for n in (1, 2, 3)
    ]
    path = folder / "small.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def received(admin: httpx.Client, year: int) -> int:
    span = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
    return get(admin, "/reporting/api/v1/rates", **span)["total"]["received"]


def test_the_same_register_again_is_skipped(stack: Stack, register: Path, admin: httpx.Client):
    before = received(admin, 2022)

    said = stack.motcua("import", str(register), "--steps", str(register.with_name("STEPS.csv")))

    assert f"{DOSSIERS} skipped" in said
    assert "0 dossiers imported" in said
    assert received(admin, 2022) == before == sum_of(SCALE)


def sum_of(scale: int) -> int:
    return round(462_569 / scale)


def test_known_codes_with_other_content_are_refused_with_the_columns_that_differ(
    stack: Stack, register: Path, tmp_path: Path
):
    head, first, *_ = register.read_text(encoding="utf-8").splitlines()
    changed = tmp_path / "changed.csv"
    other = "post" if ",counter," in first else "counter"
    changed.write_text(
        f"{head}\n{re.sub(',(counter|online|post),', f',{other},', first)}\n", encoding="utf-8"
    )
    rejects = tmp_path / "rejects.csv"

    done = stack.run("import", str(changed), "--rejects", str(rejects))

    assert done.returncode == 1, done.stdout + done.stderr
    lines = list(csv.DictReader(rejects.read_text(encoding="utf-8-sig").splitlines()))
    assert {(line["line"], line["code"]) for line in lines} == {("2", first.split(",")[0])}
    assert "channel" in " ".join(f"{line['field']} {line['reason']}" for line in lines)


def test_a_dry_run_changes_nothing(stack: Stack, admin: httpx.Client, tmp_path: Path):
    before = received(admin, 2021)

    said = stack.motcua("import", str(small(tmp_path, "A-210401")), "--dry-run")

    assert "3 dossiers would be imported" in said
    assert received(admin, 2021) == before


def test_a_voided_batch_disappears_from_the_rates(stack: Stack, admin: httpx.Client, tmp_path: Path):
    before = received(admin, 2021)
    said = stack.motcua("import", str(small(tmp_path, "A-210301")))
    assert received(admin, 2021) == before + 3
    batch = re.search(r"Batch (\S+),", said)
    assert batch

    stack.motcua("import", "--void", batch[1])

    until(lambda: received(admin, 2021), lambda now: now == before, limit=30)


def test_a_dossier_that_ends_before_it_begins_is_refused(stack: Stack, tmp_path: Path):
    rejects = tmp_path / "rejects.csv"

    done = stack.run(
        "import", str(small(tmp_path, "A-210501", resolved="2021-02-01T08:00")), "--rejects", str(rejects)
    )

    assert done.returncode == 1
    assert rejects.read_text(encoding="utf-8-sig").count("resolved_at") == 3


BAD = {
    "no such file": ("import", "{tmp}/none.csv"),
    "not a register": ("import", "{tmp}/prose.csv"),
    "nothing to import": ("import",),
    "a batch that is no id": ("import", "--void", "nonsense"),
    "an unknown grouping": ("rates", "--by", "colour"),
    "a day that is none": ("rates", "--from", "yesterday"),
    "a rounding that is none": ("rates", "--rounding", "up"),
    "an unknown dossier": ("explain", "H00.00-000000-0000"),
    "an unknown unit": ("late", "--unit", "ATLANTIS"),
    "a state that is none": ("late", "--state", "lost"),
    "a sheet without a file": ("late", "--format", "xlsx"),
    "a file that cannot be written": ("late", "--format", "csv", "-o", "{tmp}/no/such/folder.csv"),
    "an unknown person": ("token", "--user", "nobody"),
    "an unknown letter": ("dead-letters", "show", "sla", "999999"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_bad_input_ends_with_a_sentence_and_exit_code_2(
    stack: Stack, tmp_path: Path, arguments: tuple[str, ...]
):
    (tmp_path / "prose.csv").write_text("Kính gửi,\nxin chào\n", encoding="utf-8")

    done = stack.run(*(word.format(tmp=tmp_path) for word in arguments))

    assert done.returncode == 2, done.stdout + done.stderr
    sentence = done.stderr.strip()
    assert sentence
    assert "Traceback" not in sentence
    assert done.stdout.strip() == ""
    assert len(sentence.splitlines()) <= 6  # the parser of options draws a frame around its sentence
