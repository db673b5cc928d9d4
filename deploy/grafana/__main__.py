"""Write the dashboards' JSON files."""

import json
from pathlib import Path

from deploy.grafana.overview import overview

FOLDER = Path(__file__).parent / "dashboards"


def render() -> dict[str, str]:
    """Return each file's name and text."""
    board = overview()
    return {f"{board['uid']}.json": json.dumps(board, ensure_ascii=False, indent=2, sort_keys=True) + "\n"}


def main() -> None:
    """Write them."""
    for name, text in render().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
