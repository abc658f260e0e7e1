"""Views of clips: opened for one person, and on record before a byte is shown."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlmodel import Session

from access.domain import content
from access.domain.content import Clip, Extent, Kind, View
from access.domain.requests import DAY, VIEWS_A_DAY_MAX
from access.errors import (
    NotGrantedError,
    OriginalDamagedError,
    RangeError,
    TooManyViewsError,
    ViewUnknownError,
)
from access.operations import requests
from access.operations.context import Context
from access.store import facts
from access.store import handing_out as store
from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.access import ClipShown, Manner, ViewOpened

KEY_BYTES: Final = 16
"""128 bits: nobody guesses one."""


@dataclass(frozen=True)
class Opened:
    """A view and the key to it, which is told this once and kept nowhere."""

    view: View
    key: str


@dataclass(frozen=True)
class Shown:
    """Bytes that may leave, since it is on record that they do."""

    pieces: Iterator[bytes]
    extent: Extent
    kind: Kind


def open_view(ctx: Context, who: Requester, request_id: UUID) -> Opened:
    """Turn a granted request into a view for its person, for a limited time.

    Raises:
        RequestUnknownError: there is no such request of the requester.
        NotGrantedError: it does not allow a view, or the clip was quarantined since.
        TooManyViewsError: the requester has opened too many of the clip today.
    """
    filed = requests.granted(ctx, who, request_id, Manner.VIEW)
    key = secrets.token_urlsafe(KEY_BYTES)
    with ctx.recording(who), ctx.db.transaction() as session:
        clip = facts.find_clip(session, filed.request.clip_id)
        view = clip and _open(ctx, session, who, request_id, clip, key)
    if view is None:
        raise ctx.refuse(who, NotGrantedError(), request_id)
    return Opened(view, key)


def show_clip(ctx: Context, who: Requester, key: str, wanted: str | None) -> Shown:
    """Hand out the bytes that a Range header asks for, once it is durable that they are shown.

    Raises:
        ViewUnknownError: no such view, another person's, or over.
        RangeError: the clip has no such bytes.
    """
    view, clip = _usable(ctx, who, key)
    extent = content.extent(wanted, clip.size_bytes)
    if extent is None:
        raise RangeError(size_bytes=clip.size_bytes)
    if ctx.originals.size_bytes(clip.sha256) != clip.size_bytes:
        raise OriginalDamagedError(clip.sha256)
    head = b"".join(ctx.originals.open_range(clip.sha256, 0, content.HEAD_BYTES))
    _record(ctx, view, extent)
    pieces = ctx.originals.open_range(clip.sha256, extent.first, extent.length)
    return Shown(pieces, extent, content.kind(head))


def _record(ctx: Context, view: View, extent: Extent) -> None:
    """Return when it is durable that these bytes are shown in this minute, said now or before."""
    minute = ctx.clock.now().replace(second=0, microsecond=0)
    with ctx.db.transaction() as session:
        said = store.shown(session, view.view_no, minute)
        new = content.to_record(said, extent)
        if new is None:
            return
        store.add_shown(session, view.view_no, minute, new)
        shown = ClipShown(
            agency_id=view.agency_id,
            view_no=view.view_no,
            clip_id=view.clip_id,
            viewer_id=view.viewer_id,
            first_byte=new.first,
            last_byte=new.last,
        )
        ctx.outbox.emit(session, shown)


def _open(
    ctx: Context, session: Session, who: Requester, request_id: UUID, clip: Clip, key: str
) -> View:
    now = ctx.clock.now()
    opened = store.count_views(session, who.subject, clip.clip_id, now - DAY)
    if opened >= VIEWS_A_DAY_MAX:
        raise RefusedError(TooManyViewsError(), request_id)
    view = View(
        view_no=ctx.ids.new(),
        request_id=request_id,
        clip_id=clip.clip_id,
        agency_id=clip.agency_id,
        viewer_id=who.subject,
        expires_at=now + ctx.settings.view_lifetime,
    )
    store.add_view(session, view, _digest(key), now)
    event = ViewOpened(
        agency_id=view.agency_id,
        view_no=view.view_no,
        request_id=request_id,
        clip_id=view.clip_id,
        viewer_id=view.viewer_id,
    )
    ctx.outbox.emit(session, event)
    return view


def _usable(ctx: Context, who: Requester, key: str) -> tuple[View, Clip]:
    with ctx.db.snapshot() as session:
        view = anywhere(session, store.find_view, _digest(key))
        clip = view and facts.find_clip(session, view.clip_id)
    own = view and (view.viewer_id, view.agency_id) == (who.subject, who.agency_id)
    if view and clip and own and ctx.clock.now() < view.expires_at:
        return view, clip
    raise ctx.refuse(who, ViewUnknownError(), view and view.view_no, view and view.agency_id)


def _digest(key: str) -> str:
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
