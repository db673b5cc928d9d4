"""The counter over HTTP: HTTP in, handler call out; the shell of libs makes problem documents of errors."""

from fastapi import APIRouter

from services.intake.api import catalogue, changes, dossiers, imports, lists, submissions, uploads

ROUTERS: tuple[APIRouter, ...] = (
    dossiers.router,
    changes.router,
    submissions.router,
    lists.router,
    catalogue.router,
    imports.router,
    uploads.router,
)
