"""The design system of the pages: environment, templates, static files, charts, Vietnamese formats.

A service builds `env = environment("sla", Path(__file__).parent / "templates")` once, calls
`mount(app, "sla")` once, and answers with `page(env, "late.html", identity=..., now=..., ...)`.
Its templates say `{% extends "base.html" %}` and `{% import "ui.html" as ui %}`.
"""

from libs.ui.assets import mount, static_app
from libs.ui.templating import environment, page

__all__ = ["environment", "mount", "page", "static_app"]
