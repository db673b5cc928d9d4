"""Every template of the project, read as text: what the content policy and the design system forbid."""

import re
from pathlib import Path

import pytest

from libs.ui import environment

ROOT = Path(__file__).parents[4]
FOLDERS = [ROOT / "libs/ui/templates", *sorted(ROOT.glob("services/*/templates"))]
TEMPLATES = [path for folder in FOLDERS for path in sorted(folder.glob("*.html"))]
FORBIDDEN = {
    "an inline style": r"\sstyle\s*=|<style\b",
    "an inline script": r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:",
    "an inline htmx handler or filter": r"\shx-on|hx-trigger=\"[^\"]*\[",
    "a native date field": r"type=\"(date|datetime-local|month|week)\"",
    "escaping turned off": r"\|\s*safe\b(?<!\"&amp;\" \| safe)|autoescape false",
    "a foreign address": r"(?:src|href|action)=\"(?:https?:)?//",
    "a form without an address": r"<form(?![^>]*\saction=)",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_compiles(path):
    environment("intake", path.parent).get_template(path.name)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what):
    found = [
        str(path.relative_to(ROOT)) for path in TEMPLATES if re.search(FORBIDDEN[what], path.read_text())
    ]

    assert not found


def test_pages_of_services_stand_on_the_base_page():
    pages = [path for path in TEMPLATES if "services" in path.parts and not path.name.endswith("parts.html")]

    assert pages
    assert all(path.read_text().startswith('{% extends "base.html" %}') for path in pages)
