"""Say in one sentence why `make setup` cannot go on with this Python; runs on any Python 3, before anything is there."""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def complaint(version: tuple[int, int], *, has_venv: bool) -> str:
    """Return what is wrong and what to do, '' when nothing is."""
    if not OLDEST <= version <= NEWEST:
        found = ".".join(map(str, version))
        return (
            f"Python 3.11, 3.12 or 3.13 is needed, this is {found}: "
            "install one of them and run 'make setup PYTHON=python3.12'."
        )
    if not has_venv:
        return (
            "This Python cannot make virtual environments: install its venv package "
            f"(Debian: apt-get install python{version[0]}.{version[1]}-venv)."
        )
    return ""


def _has_venv() -> bool:
    try:
        import ensurepip  # noqa: F401 - Debian's python3 without python3-venv lacks exactly this
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    wrong = complaint(sys.version_info[:2], has_venv=_has_venv())
    if wrong:
        sys.stderr.write(wrong + "\n")
        sys.exit(2)
