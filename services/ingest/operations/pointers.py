"""Pointers to recordings that may not enter keep a duty from looking unmet."""

from collections.abc import Sequence
from uuid import UUID

from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.ingest import ClipPointerRegistered
from ingest.domain.pointers import Pointer
from ingest.errors import ClipTakenError, PointerUnknownError
from ingest.operations.bringing_in import is_announced
from ingest.operations.context import Context
from ingest.store import offsite, pointers


def register(ctx: Context, who: Requester, pointer: Pointer) -> None:
    """Keep that a recording exists which may not enter, and where it is kept. Safe to repeat.

    From then on nothing comes in under its id.

    Raises:
        ClipTakenError: the id is spoken of otherwise, or by somebody else.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        known = pointers.find_pointer(session, pointer.clip_id)
        if known == pointer:
            return
        is_elsewhere = offsite.find_clip(session, pointer.clip_id) is not None
        if known or is_elsewhere or is_announced(session, pointer.clip_id):
            raise RefusedError(ClipTakenError(), pointer.clip_id)
        pointers.add_pointer(session, pointer)
        event = ClipPointerRegistered(
            agency_id=pointer.agency_id,
            clip_id=pointer.clip_id,
            sha256=pointer.sha256,
            carrier=pointer.carrier,
            recorded_start=pointer.recorded_start,
            recorded_end=pointer.recorded_end,
            filmed_by=pointer.filmed_by,
            registered_by=pointer.registered_by,
            unit_id=pointer.unit_id,
        )
        ctx.outbox.emit(session, event)


def look_up(ctx: Context, who: Requester, clip_id: UUID) -> Pointer:
    """A pointer of the requester's own agency.

    Raises:
        PointerUnknownError: unknown, or another agency's. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        pointer = anywhere(session, pointers.find_pointer, clip_id)
        if pointer is None or pointer.agency_id != who.agency_id:
            raise RefusedError(PointerUnknownError(), clip_id, pointer and pointer.agency_id)
        return pointer


def list_pointers(
    ctx: Context, who: Requester, after: UUID | None, limit: int
) -> Sequence[Pointer]:
    """The pointers of the requester's own agency."""
    with ctx.db.snapshot() as session:
        return pointers.pointers_of(session, who.agency_id, after, limit)
