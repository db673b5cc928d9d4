"""Copies of the programs: readable by anyone, made once per version, deleted when nobody uses them."""

import subprocess
import sys

import pytest

from deploy.local.staging import stage


@pytest.fixture
def sources(tmp_path):
    source = tmp_path / "wheel"
    (source / "bin").mkdir(parents=True, mode=0o700)
    (source / "bin" / "java").write_text("#!")
    (source / "bin" / "java").chmod(0o700)
    (source / "notes").write_text("x")
    (source / "notes").chmod(0o600)
    return {"java": source}


def test_the_copy_is_readable_by_anyone(tmp_path, sources):
    staged = stage(tmp_path / "root", sources, version="1")

    assert (staged / "java" / "bin").stat().st_mode & 0o777 == 0o755
    assert (staged / "java" / "bin" / "java").stat().st_mode & 0o777 == 0o755
    assert (staged / "java" / "notes").stat().st_mode & 0o777 == 0o644


def test_a_version_is_copied_once(tmp_path, sources):
    first = stage(tmp_path / "root", sources, version="1")
    (first / "mark").touch()

    assert stage(tmp_path / "root", sources, version="1") == first
    assert (first / "mark").exists()


def test_an_old_copy_goes_when_nobody_holds_it_and_stays_when_someone_does(tmp_path, sources):
    root = tmp_path / "root"
    script = (
        "import sys; from pathlib import Path; from deploy.local.staging import stage;"
        f"print(stage(Path({str(root)!r}), {{'java': Path({str(sources['java'])!r})}}, version=sys.argv[1]), flush=True);"
        "input()"
    )

    def user(version):
        child = subprocess.Popen(
            [sys.executable, "-c", script, version], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        child.staged = child.stdout.readline().strip()
        return child

    unused, used = user("old"), user("older")
    unused.communicate("\n")
    stage(root, sources, version="new")

    remaining = {str(path) for path in root.glob("programs-????????????")}
    used.communicate("\n")
    assert unused.staged not in remaining
    assert used.staged in remaining
