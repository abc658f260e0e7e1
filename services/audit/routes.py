"""HTTP face of audit: parse, call one operation, render."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from audit import operations
from audit.domain import Entry
from audit.operations import Context
from common.auth import Requester, may_call, public
from contracts.identity import Role
from tlog.merkle import SIZE_MAX

PAGE_MAX: Final = 200
NO_NUL: Final = r"^[^\x00]*$"
"""What PostgreSQL can be asked about a text."""
STREAM: Final = "A clip's id; for what concerns no clip `<topic>:<key>`, as in `catalog:<account>`"

router = APIRouter()


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Reader = Annotated[Requester, may_call(Role.SUPERVISOR, Role.LEGAL_REVIEWER, Role.CUSTODIAN)]
Index = Annotated[int, Path(ge=0, lt=SIZE_MAX)]


class EntryLine(BaseModel):
    """What an entry is found by."""

    index: int
    type: str
    agency_id: UUID | None
    subject: str
    stream: str
    stream_number: int
    leaf_hash: str

    @classmethod
    def of(cls, entry: Entry) -> "EntryLine":
        return cls(
            index=entry.index,
            type=entry.type,
            agency_id=entry.agency_id,
            subject=entry.subject,
            stream=entry.stream,
            stream_number=entry.stream_number,
            leaf_hash=entry.leaf_hash.hex(),
        )


class EntriesOut(BaseModel):
    """A page of the log."""

    items: list[EntryLine]
    next: str | None


class EntryOut(EntryLine):
    """One entry: its exact bytes, which are ASCII, and the proof that it is in the log."""

    leaf: str
    proof: str | None
    """A `c2sp.org/tlog-proof@v1` file; null until a checkpoint covers the entry."""


class KindOut(BaseModel):
    """How many entries there are of one type."""

    type: str
    count: int


class KindsOut(BaseModel):
    """The types of event in the log."""

    items: list[KindOut]


@router.get("/log/checkpoint", response_class=PlainTextResponse)
@public
def checkpoint(ctx: Ctx) -> PlainTextResponse:
    """The newest signed head (c2sp.org/tlog-checkpoint)."""
    return PlainTextResponse(operations.latest_checkpoint(ctx).note)


@router.get("/log/vkey", response_class=PlainTextResponse)
@public
def verifier_key(ctx: Ctx) -> PlainTextResponse:
    """The log's public key. Compare it with one published elsewhere before trusting it."""
    return PlainTextResponse(ctx.signer.verifier.text + "\n")


@router.get("/v1/entries")
def list_entries(
    ctx: Ctx,
    who: Reader,
    stream: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description=STREAM)] = None,
    after: Annotated[int, Query(ge=-1, lt=SIZE_MAX)] = -1,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> EntriesOut:
    entries = operations.list_entries(ctx, who, stream, after, limit)
    following = str(entries[-1].index) if len(entries) == limit else None
    return EntriesOut(items=[EntryLine.of(entry) for entry in entries], next=following)


@router.get("/v1/entries/{index}")
def show_entry(ctx: Ctx, who: Reader, index: Index) -> EntryOut:
    shown = operations.show_entry(ctx, who, index)
    line = EntryLine.of(shown.entry)
    return EntryOut(
        **line.model_dump(),
        leaf=shown.entry.leaf.decode("ascii"),
        proof=shown.proof.decode() if shown.proof else None,
    )


@router.get("/v1/kinds")
def count_kinds(ctx: Ctx, who: Reader) -> KindsOut:
    kinds = operations.count_kinds(ctx, who)
    return KindsOut(items=[KindOut(type=type_, count=count) for type_, count in kinds.items()])
