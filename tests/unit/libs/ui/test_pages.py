import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import jinja2
import pytest
from starlette.applications import Starlette

from libs.ui import environment, mount, page
from libs.ui.gallery import samples
from libs.ui.problems import problem_page

NOBODY = None
CLERK = {"username": "canbo", "roles": ["officer", "clerk"]}


class Outline(HTMLParser):
    """Collects what the tests look at: tags with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def pages():
    env = environment("sla", Path(__file__).parent)
    yield "gallery", page(env, "gallery.html", **samples())
    yield "login", page(env, "login.html", username="", action="/login", next="/", hint="Gợi ý")
    for status in (401, 403, 404, 409, 418, 422, 500, 503):
        yield f"error {status}", problem_page(env, status, identity=CLERK)


PAGES = {name: response.body.decode() for name, response in pages()}


@pytest.fixture
def env(tmp_path):
    def write(body):
        (tmp_path / "own.html").write_text(body)
        return environment("intake", tmp_path)

    return write


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_inline_scripts_or_styles(name):
    outline = Outline(PAGES[name])

    assert all(script.get("src", "").startswith("/sla/static/") for script in outline.all("script"))
    assert not outline.all("style")
    inline = [
        key
        for _, attributes in outline.found
        for key in attributes
        if key == "style" or key.startswith(("on", "hx-on"))
    ]
    assert not inline


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_vietnamese_with_one_heading_and_a_title(name):
    outline = Outline(PAGES[name])

    assert outline.all("html")[0]["lang"] == "vi"
    assert len(outline.all("h1")) == 1
    assert re.search(r"<title>[^<]+ – Một Cửa</title>", PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_references_lead_somewhere(name):
    outline = Outline(PAGES[name])
    ids = [attributes["id"] for _, attributes in outline.found if "id" in attributes]

    assert len(ids) == len(set(ids))
    for _, attributes in outline.found:
        for key in ("for", "aria-labelledby", "aria-describedby"):
            assert set((attributes.get(key) or "").split()) <= set(ids)


def test_each_table_has_a_caption_and_scoped_headers():
    outline = Outline(PAGES["gallery"])

    assert len(outline.all("caption")) == len(outline.all("table")) > 0
    assert all("scope" in header for header in outline.all("th"))
    regions = [box for box in outline.all("div") if box.get("class") == "scroll"]
    assert all(box["role"] == "region" and box["tabindex"] == "0" for box in regions)


def test_errors_come_first_and_are_said_again_at_the_field():
    html = PAGES["gallery"]
    outline = Outline(html)
    (field,) = [one for one in outline.all("input") if one.get("id") == "so-dinh-danh"]

    assert "<title>Lỗi: " in html
    assert html.count("Số định danh cá nhân phải có đúng 12 chữ số") == 2
    assert "#so-dinh-danh" in [link.get("href") for link in outline.all("a")]
    assert "so-dinh-danh-error" in field["aria-describedby"]
    assert field["value"] == "00119500123"


def test_the_page_says_who_is_logged_in_and_where():
    html = PAGES["error 403"]

    assert "canbo" in html
    assert "Cán bộ một cửa, Chuyên viên" in html
    assert '<a href="/sla/" aria-current="page">Hồ sơ trễ hạn</a>' in html
    assert 'action="/logout"' in html


def test_the_log_in_form_shows_no_pages_to_go_to():
    assert "/routing/" not in PAGES["login"]
    assert "Đăng xuất" not in PAGES["login"]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500, 503])
def test_a_problem_page_keeps_its_status_and_says_what_to_do(status):
    response = problem_page(environment("sla", Path(__file__).parent), status, "Riêng <cho> việc này")
    html = response.body.decode()

    assert response.status_code == status
    assert "Riêng &lt;cho&gt; việc này" in html
    assert "Bạn có thể làm gì" in html


@pytest.mark.parametrize(
    ("call", "text", "kind"),
    [
        ("3", "Quá hạn 3 ngày", "late"),
        ("10", "Quá hạn 10 ngày", "late"),
        ("11", "Quá hạn 11 ngày", "severe"),
        ("1284", "Quá hạn 1.284 ngày", "severe"),
        ("0", "Đến hạn hôm nay", "due"),
        ("0, late=true", "Quá hạn hôm nay", "late"),
        ("-5", "Còn 5 ngày", "left"),
        ("12, unit='phút', severe=60", "Quá hạn 12 phút", "late"),
    ],
)
def test_lateness_is_a_word_before_it_is_a_colour(env, call, text, kind):
    html = page(env(f"{{% import 'ui.html' as ui %}}{{{{ ui.late_tag({call}) }}}}"), "own.html").body.decode()

    assert html.strip() == f'<strong class="app-tag app-tag--{kind}">{text}</strong>'


def test_own_templates_are_strict_although_the_macros_are_not(env):
    with pytest.raises(jinja2.UndefinedError):
        page(env("{{ {'a': 1}.b }}"), "own.html")


def test_values_are_escaped(env):
    html = page(
        env("{% import 'ui.html' as ui %}{{ ui.text_field('a', '<b>', '\"><i>') }}{{ x }}"),
        "own.html",
        x="<p>",
    )

    assert not re.search(r"<(b|i|p)>", html.body.decode())


def test_a_service_may_replace_a_template_of_the_design_system(tmp_path):
    (tmp_path / "error.html").write_text("own")

    assert problem_page(environment("intake", tmp_path), 404).body == b"own"


@pytest.fixture
def client():
    app = Starlette()
    mount(app, "sla")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://motcua")


@pytest.mark.parametrize("name", ["gallery", "login"])
async def test_every_static_file_a_page_names_is_served_for_a_year(client, name):
    outline = Outline(PAGES[name])
    named = [link["href"] for link in outline.all("link")] + [
        script["src"] for script in outline.all("script")
    ]

    for address in named:
        response = await client.get(address)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_an_address_without_a_version_is_asked_again(client):
    assert (await client.get("/sla/static/app.css")).headers["cache-control"] == "no-cache"


async def test_there_is_no_way_out_of_the_static_folder(client):
    assert (await client.get("/sla/static/../assets.py")).status_code == 404
    assert (await client.get("/sla/static/%2e%2e/assets.py")).status_code == 404


async def test_static_files_travel_compressed(client):
    assert (await client.get("/sla/static/govuk.css")).headers["content-encoding"] == "gzip"
