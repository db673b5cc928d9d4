import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from deploy.local.problem_pages import problem_pages
from deploy.local.proxy import problem_response
from libs.ui import environment

TURN = problem_pages(environment("login"))


async def answered(response: web.StreamResponse, path: str, accept: str) -> web.StreamResponse:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return response

    return await TURN(make_mocked_request("GET", path, headers={"Accept": accept}), handler)


async def test_a_person_reads_a_page_with_the_same_status():
    response = await answered(problem_response(503, "Tạm gián đoạn <một lúc>"), "/sla/", "text/html,*/*")

    assert response.status == 503
    assert response.content_type == "text/html"
    assert "Tạm gián đoạn &lt;một lúc&gt;" in response.text
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "accept"), [("/sla/", "*/*"), ("/sla/api/v1/late-dossiers", "text/html")])
async def test_a_program_reads_the_problem_document(path, accept):
    problem = problem_response(503, "Tạm gián đoạn")

    assert await answered(problem, path, accept) is problem


async def test_what_a_service_said_itself_passes_untouched():
    streamed = web.StreamResponse(status=404, headers={"Content-Type": "application/problem+json"})

    assert await answered(streamed, "/sla/", "text/html") is streamed
