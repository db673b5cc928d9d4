"""The peer of intake: a bare FastAPI route with one INSERT. `python -m bench.bare PORT`, address in BENCH_DSN."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel

_TABLE = """
CREATE TABLE IF NOT EXISTS bare (
    id uuid PRIMARY KEY, procedure_code text NOT NULL, channel text NOT NULL, receiving_unit text NOT NULL,
    applicant jsonb NOT NULL, received_at timestamptz NOT NULL DEFAULT now()
)
"""
_INSERT = (
    "INSERT INTO bare (id, procedure_code, channel, receiving_unit, applicant) VALUES ($1, $2, $3, $4, $5)"
)


class Applicant(BaseModel):
    """Who asks."""

    full_name: str
    id_number: str
    phone: str
    address: str


class Dossier(BaseModel):
    """What is asked for, and where."""

    procedure_code: str
    channel: str
    receiving_unit: str
    applicant: Applicant


@asynccontextmanager
async def _pool(app: FastAPI) -> AsyncIterator[None]:
    schema = {"search_path": os.environ["BENCH_SCHEMA"]}
    async with asyncpg.create_pool(
        os.environ["BENCH_DSN"], min_size=8, max_size=8, server_settings=schema
    ) as pool:
        await pool.execute(_TABLE)
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_pool)


@app.post("/dossiers", status_code=201)
async def post_dossier(body: Dossier, request: Request) -> dict[str, Any]:
    """Insert a row."""
    new: UUID = uuid4()
    person = body.applicant.model_dump_json()
    await request.app.state.pool.execute(
        _INSERT, new, body.procedure_code, body.channel, body.receiving_unit, person
    )
    return {"id": new}


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="error", loop="uvloop"
    )
