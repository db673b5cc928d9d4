"""The design system of the pages: environment, templates, static files, charts, Vietnamese formats.

A service builds `env = environment("sla", Path(__file__).parent / "templates")` once, calls
`mount(app, "sla")` once, answers with `page(env, "late.html", identity=..., now=..., ...)` and, when
something goes wrong for a person, with `problem_page(env, 404)`. Its templates say
`{% extends "base.html" %}` and use the macros of ui.html as `ui.table(...)`; `python -m libs.ui` shows all.
"""

from libs.ui.assets import mount, static_app
from libs.ui.problems import problem_page
from libs.ui.templating import environment, page

__all__ = ["environment", "mount", "page", "problem_page", "static_app"]
