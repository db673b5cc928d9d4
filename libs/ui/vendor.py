"""Fetch the vendored assets with npm, make govuk.css neutral and record every file in VENDOR.json.

Run by hand when a version changes: `python -m libs.ui.vendor`.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
MANIFEST = FOLDER / "VENDOR.json"
_FORBIDDEN = ("GDS", "crest", "sourceMappingURL")
_SUBSETS = [f"{subset}-{weight}" for subset in ("latin", "vietnamese") for weight in (400, 700)]


@dataclass(frozen=True)
class Package:
    """One npm package: its pinned integrity, its licence and which of its files we ship under which name."""

    name: str
    version: str
    integrity: str
    licence: str
    licence_text: str
    files: Mapping[str, str] = field(default_factory=dict)


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.3.0",
        "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
        "MIT",
        "licences/govuk-frontend.txt",
        {
            "dist/govuk/govuk-frontend.min.css": "govuk.css",
            "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
        },
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        "0BSD",
        "licences/htmx.txt",
        {"dist/htmx.min.js": "htmx.min.js"},
    ),
    Package(
        "@fontsource/noto-sans",
        "5.3.0",
        "sha512-fBCog2PY7DiVVTEEqtI/Qdinx/knobHYfoGpjFXdfBX5RoJaBp1Prw2G75p0OIsdlMZg3cLo0c+YbIUYOxnQJw==",
        "OFL-1.1",
        "licences/noto-sans.txt",
        {f"files/noto-sans-{it}-normal.woff2": f"fonts/noto-sans-{it}-normal.woff2" for it in _SUBSETS},
    ),
)


def neutral(css: str) -> str:
    """Return the framework's CSS without its font, its crest and its source map, set in our font.

    Raises:
        ValueError: something of them is left.
    """
    css = "".join(_kept(css))
    for theirs in ("GDS Transport,arial,sans-serif", "sans-serif"):
        css = css.replace(f"font-family:{theirs}", "font-family:var(--app-font)")
    left = [word for word in _FORBIDDEN if word in css]
    if left:
        raise ValueError(f"still in the CSS: {left}")
    return css + "\n"


def _kept(css: str) -> Iterator[str]:
    """Yield the rules we keep; a group (@media, @supports) that is left empty goes too."""
    for head, body in _rules(css):
        if body is None:
            yield head
        elif head.startswith("@font-face") or "__copyright-logo" in head:
            continue
        elif "{" not in body:
            yield f"{head}{{{body}}}"
        elif inner := "".join(_kept(body)):
            yield f"{head}{{{inner}}}"


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield (prelude, body) of each rule at this level, without comments; statements have no body."""
    css = _without_comments(css)
    start = 0
    while start < len(css):
        opening, semicolon = css.find("{", start), css.find(";", start)
        if 0 <= semicolon < opening:
            yield css[start : semicolon + 1], None
            start = semicolon + 1
        elif opening < 0:
            return
        else:
            end = _closing(css, opening)
            yield css[start:opening].strip(), css[opening + 1 : end]
            start = end + 1


def _without_comments(css: str) -> str:
    parts = css.split("/*")
    return parts[0] + "".join(part.partition("*/")[2] for part in parts[1:])


def _closing(css: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(css)):
        depth += {"{": 1, "}": -1}.get(css[place], 0)
        if depth == 0:
            return place
    raise ValueError("unbalanced braces in the CSS")


def sha384(content: bytes) -> str:
    """Return the checksum in the form browsers use for subresource integrity."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def fetch(package: Package, scratch: Path) -> Path:
    """Download one package with npm, check it against its pin and return its unpacked folder."""
    command = [
        "npm",
        "pack",
        "--silent",
        f"{package.name}@{package.version}",
        "--pack-destination",
        str(scratch),
    ]
    npm = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = scratch / str(npm.stdout).strip()
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise ValueError(f"{package.name}: expected {package.integrity}, got {found}")
    folder = scratch / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def _shipped(source: str, raw: bytes) -> bytes:
    if source.endswith(".css"):
        return neutral(raw.decode()).encode()
    return raw.partition(b"//# sourceMappingURL")[0] if source.endswith(".js") else raw


def install(package: Package, folder: Path) -> dict[str, object]:
    """Write a package's files below static/ and return its entry for the manifest."""
    sums = {}
    for source, target in package.files.items():
        content = _shipped(source, (folder / source).read_bytes())
        (STATIC / target).write_bytes(content)
        sums[target] = sha384(content)
    return {
        "name": package.name,
        "version": package.version,
        "integrity": package.integrity,
        "licence": package.licence,
        "licence_text": package.licence_text,
        "files": sums,
    }


def main() -> None:
    """Renew every vendored file and the manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        entries = [install(package, fetch(package, Path(scratch))) for package in PACKAGES]
    MANIFEST.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
