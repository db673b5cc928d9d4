"""The Jinja environment of the pages: own templates strict, the framework's macros as they are."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from libs.ui.assets import static_url
from libs.ui.formats import FILTERS

_TEMPLATES = Path(__file__).parent / "templates"
_MACROS = "govuk_frontend_jinja"
NAV = (
    ("intake", "Tiếp nhận"),
    ("routing", "Bàn xử lý"),
    ("sla", "Hồ sơ trễ hạn"),
    ("reporting", "Báo cáo"),
)


class PageEnvironment(jinja2.Environment):
    """StrictUndefined for our templates; the framework's macros probe keys that are not there."""

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        options: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
        super().__init__(loader=loader, undefined=jinja2.StrictUndefined, **options)
        macros = jinja2.PrefixLoader({_MACROS: jinja2.PackageLoader(_MACROS)})
        self._lenient = jinja2.Environment(  # noqa: S701 - autoescape is in the options
            loader=macros, undefined=jinja2.ChainableUndefined, **options
        )

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - jinja's own name
    ) -> jinja2.Template:
        """Return a template, the framework's from the lenient environment."""
        if isinstance(name, str) and name.startswith(f"{_MACROS}/"):
            return self._lenient.get_template(name)
        return super().get_template(name, parent, globals)


def environment(service: str, folder: Path | None = None) -> jinja2.Environment:
    """Return a service's environment: its own templates in `folder`, then the design system's."""
    env = PageEnvironment(jinja2.FileSystemLoader([*([folder] if folder else []), _TEMPLATES]))
    env.filters.update({function.__name__: function for function in FILTERS})
    env.globals.update(
        service=service, nav=NAV, static_url=static_url(service), identity=None, now=None, errors=()
    )
    return env


def page(env: jinja2.Environment, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a rendered page.

    `identity` (who is logged in), `now` (printed on paper) and `errors` (pairs of field id and message)
    are what base.html knows beside the template's own values.
    """
    html = env.get_template(template).render(values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
