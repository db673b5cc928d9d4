import json
import re
from importlib.metadata import metadata

import pytest

from libs.ui.vendor import FOLDER, MANIFEST, PACKAGES, STATIC, neutral, sha384

ENTRIES = json.loads(MANIFEST.read_text())
OWN = {"app.css", "charts.css", "combo.css", "combo.js", "favicon.svg", "fonts.css", "init.js"}
FILES = [(name, checksum) for entry in ENTRIES for name, checksum in entry["files"].items()]


@pytest.mark.parametrize(("name", "checksum"), FILES)
def test_a_vendored_file_is_what_the_manifest_says(name, checksum):
    assert sha384((STATIC / name).read_bytes()) == checksum


def test_every_static_file_is_our_own_or_in_the_manifest():
    found = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()}

    assert found == OWN | {name for name, _ in FILES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_a_vendored_package_carries_its_licence(entry):
    assert entry["licence"] in {"MIT", "0BSD", "OFL-1.1"}
    assert len((FOLDER / entry["licence_text"]).read_text()) > 500


def test_the_manifest_and_the_script_pin_the_same_packages():
    pinned = {(package.name, package.version, package.integrity) for package in PACKAGES}

    assert {(entry["name"], entry["version"], entry["integrity"]) for entry in ENTRIES} == pinned


@pytest.mark.parametrize("word", ["GDS", "crest", "@font-face", "sourceMappingURL", "url(/assets"])
def test_the_frameworks_css_has_neither_its_font_nor_its_crest(word):
    assert word not in (STATIC / "govuk.css").read_text()


def test_screen_and_print_use_our_font():
    css = (STATIC / "govuk.css").read_text()

    assert set(re.findall(r"font-family:([^;}]*)", css)) == {"var(--app-font)"}


def test_the_css_is_the_version_the_macros_are_made_for():
    declared = re.search(r"GOV\.UK%20Frontend-v([\d.]+)-", metadata("govuk-frontend-jinja").get_payload())
    in_css = re.search(r'--govuk-frontend-version:"([\d.]+)"', (STATIC / "govuk.css").read_text())

    assert declared.group(1) == in_css.group(1) == ENTRIES[0]["version"]


def test_addresses_that_scripts_and_styles_write_themselves_name_the_vendored_version():
    assert f"govuk-frontend.min.js?v={ENTRIES[0]['version']}" in (STATIC / "init.js").read_text()
    assert set(re.findall(r"woff2\?v=([\d.]+)", (STATIC / "fonts.css").read_text())) == {
        ENTRIES[2]["version"]
    }


def test_fonts_named_in_the_css_are_there():
    named = re.findall(r"url\((fonts/[^?)]+)", (STATIC / "fonts.css").read_text())

    assert len(named) == 4
    assert all((STATIC / name).is_file() for name in named)


def test_making_css_neutral_drops_groups_it_empties():
    css = "/* c */@charset 'UTF-8';@font-face{src:url(x)}@media print{.govuk-footer__copyright-logo{a:b}.k{c:d}}"
    css += "@supports (x:y){@media print{.govuk-footer__copyright-logo{a:b}}}.t{font-family:GDS Transport,arial,sans-serif}"

    assert neutral(css) == "@charset 'UTF-8';@media print{.k{c:d}}.t{font-family:var(--app-font)}\n"


def test_making_css_neutral_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="crest"):
        neutral(".new-logo{background:url(crest.svg)}")
