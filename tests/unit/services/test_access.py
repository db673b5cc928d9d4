"""Every route of every service says who may use it, and the names the outside relies on are there."""

import importlib
from types import SimpleNamespace

import pytest

from contracts.codes import Service
from libs.catalogue_store import CatalogueMirror
from libs.http import all_routes, routes_without_rule
from libs.identity import access_rules
from libs.process import ServiceParts
from libs.runtime import Runtime

PUBLIC = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}
PROMISED = {
    "intake": {("POST", "/intake/api/v1/dossiers"), ("GET", "/intake/")},
    "routing": {("PUT", "/routing/api/v1/catalogue"), ("GET", "/routing/")},
    "sla": {
        ("GET", "/sla/api/v1/late-dossiers"),
        ("GET", "/sla/api/v1/dossiers/{code}/clock"),
        ("GET", "/sla/"),
    },
    "reporting": {("GET", "/reporting/api/v1/rates"), ("GET", "/reporting/")},
}


def application(service):
    parts = importlib.import_module(f"services.{service}.__main__").PARTS
    assert isinstance(parts, ServiceParts)
    settings = parts.settings(service=service, database_url="postgresql://nobody@127.0.0.1/none")
    return parts.app(Runtime(settings=settings, pool=SimpleNamespace(), mirror=CatalogueMirror(service)))


@pytest.mark.parametrize("service", [s.value for s in Service])
def test_no_route_is_open_by_oversight(service):
    assert routes_without_rule(application(service)) == []


@pytest.mark.parametrize("service", [s.value for s in Service])
def test_only_probes_and_documents_are_public(service):
    public = {
        route.path.removeprefix(f"/{service}")
        for route in all_routes(application(service))
        if ("anyone",) in access_rules(route.dependant.dependencies)
    }

    assert {path for path in public if not path.startswith("/docs")} <= PUBLIC


@pytest.mark.parametrize("service", [s.value for s in Service])
def test_the_promised_addresses_exist(service):
    routes = {(method, route.path) for route in all_routes(application(service)) for method in route.methods}
    everywhere = {("GET", f"/{service}{path}") for path in ("/healthz", "/readyz", "/metrics", "/docs")}

    assert (PROMISED[service] | everywhere) - routes == set()
