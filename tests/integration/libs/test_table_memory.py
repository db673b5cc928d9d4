"""Lists of any size leave as files in flat memory: measured in processes of their own."""

import subprocess
import sys

import pytest

from libs.tables import Format

MEASURE = """
import asyncio, resource, sys
from datetime import UTC, datetime
from libs.tables import Format, stream
async def rows(number):
    at = datetime(2026, 3, 9, tzinfo=UTC)
    for n in range(number):
        yield (f"H01.01-260302-{n:06d}", at, n, "Ủy ban nhân dân phường số " + str(n), None) * 2
async def main(form, number):
    size = 0
    async for part in stream(form, "x", [str(n) for n in range(10)], rows(number)).body_iterator:
        size += len(part)
    assert size > number * 10, size
asyncio.run(main(Format(sys.argv[1]), int(sys.argv[2])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024))
"""


def peak(form: Format, number: int) -> int:
    """The megabytes a process of its own takes at most."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, form.value, str(number)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_memory_stays_flat_from_two_thousand_rows_to_two_hundred_thousand(form: Format):
    few, many = peak(form, 2_000), peak(form, 200_000)

    assert many - few < 24
