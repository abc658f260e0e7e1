"""HTTP face of the trial whether a proxy before us collects bodies; deploy/README.md says how."""

from collections.abc import AsyncGenerator
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from ingest.errors import ConnectionCutError
from ingest.operations import trials
from ingest.routes.callers import Ctx, Tester

router = APIRouter()


class TrialOut(BaseModel):
    """How many bytes of a trial's body have come."""

    came_bytes: int


@router.put("/v1/proxy-trials/{trial_id}")
async def try_out(ctx: Ctx, who: Tester, trial_id: UUID, request: Request) -> TrialOut:
    """Send a body slowly (at most 256 KiB in 30 s); it is counted and forgotten."""
    came = await trials.receive(ctx, who, trial_id, _pieces(request))
    return TrialOut(came_bytes=came)


@router.get("/v1/proxy-trials/{trial_id}")
async def look(ctx: Ctx, who: Tester, trial_id: UUID) -> TrialOut:
    """Ask meanwhile, over another connection, how much has come."""
    return TrialOut(came_bytes=trials.so_far(ctx, who, trial_id))


async def _pieces(request: Request) -> AsyncGenerator[bytes]:
    """A form's body, which `common.bodies` ends where it is longer than a form may be."""
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect as error:
        raise ConnectionCutError from error
