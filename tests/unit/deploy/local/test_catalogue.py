"""When the seeded catalogue is made again."""

from pathlib import Path

from deploy.local.catalogue import source_digest


def tree(root: Path, text: str) -> Path:
    for folder in ("deploy/seed/data", "contracts"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "deploy/seed/data/units.csv").write_text(text)
    (root / "contracts/catalogue.py").write_text("")
    return root


def test_an_unchanged_source_has_the_same_fingerprint_wherever_it_lies(tmp_path: Path):
    assert source_digest(tree(tmp_path / "a", "1")) == source_digest(tree(tmp_path / "b", "1"))


def test_another_table_is_another_source(tmp_path: Path):
    assert source_digest(tree(tmp_path / "a", "1")) != source_digest(tree(tmp_path / "b", "2"))


def test_what_python_leaves_behind_is_no_source(tmp_path: Path):
    before = source_digest(tree(tmp_path, "1"))
    (tmp_path / "contracts/catalogue.pyc").write_text("compiled")

    assert source_digest(tmp_path) == before
