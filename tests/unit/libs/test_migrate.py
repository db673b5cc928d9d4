"""Numbered files: order, holes, and old files that were changed."""

from pathlib import Path

import pytest

from libs.migrate import Migration, MigrationError, pending, read_folder


def folder(tmp_path: Path, **files: str) -> Path:
    for name, sql in files.items():
        (tmp_path / f"{name}.sql").write_text(sql)
    return tmp_path


def test_files_come_in_the_order_of_their_numbers(tmp_path):
    found = read_folder("service", folder(tmp_path, **{"0002_b": "B", "0001_a": "A"}))

    assert [(m.version, m.sql) for m in found] == [(1, "A"), (2, "B")]


@pytest.mark.parametrize(
    "names", [["0001_a", "0003_c"], ["0002_b"], ["0001_a", "0001_b"], ["1_a"], ["0001-A"]]
)
def test_a_hole_a_double_or_a_bad_name_is_refused(tmp_path, names):
    with pytest.raises(MigrationError):
        read_folder("service", folder(tmp_path, **dict.fromkeys(names, "SELECT 1")))


def test_only_what_is_new_is_pending():
    old, new = Migration("service", 1, "0001_a.sql", "A"), Migration("service", 2, "0002_b.sql", "B")

    assert pending([old, new], {("service", 1): old.checksum}) == [new]


def test_a_changed_old_file_is_refused_with_what_to_do():
    was, now = Migration("service", 1, "0001_a.sql", "A"), Migration("service", 1, "0001_a.sql", "B")

    with pytest.raises(
        MigrationError, match=r"0001_a\.sql was changed after it had been applied.*new migration"
    ):
        pending([now], {("service", 1): was.checksum})


def test_line_ends_do_not_change_a_file():
    assert Migration("s", 1, "n", "A\r\nB").checksum == Migration("s", 1, "n", "A\nB").checksum


def test_a_database_newer_than_the_program_is_refused():
    with pytest.raises(MigrationError, match="newer than this program"):
        pending([], {("service", 1): "x"})
