"""What clips are filed under: the upload's answer stays, later ones are set beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.identity import Role
from contracts.ingest import ClipCompleted, IndexField
from ingest.domain.clocks import Subject
from ingest.domain.index import Completion, Entry, given
from ingest.domain.ruling import Ruling, demanded
from ingest.errors import EntryTakenError, NotYourClipError
from ingest.operations.context import Context
from ingest.operations.judging import judge
from ingest.operations.law import known_rulings
from ingest.operations.subjects import find, own
from ingest.store import subjects

IN_CHARGE = frozenset({Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER})


@dataclass(frozen=True)
class Filed:
    """What a clip is filed under, and what the law still wants of it."""

    subject: Subject
    rulings: Sequence[Ruling]
    """The newest last; several where the device's clock leaves open which it is."""

    @property
    def ruling(self) -> Ruling | None:
        return self.rulings[-1] if self.rulings else None

    @property
    def missing(self) -> tuple[IndexField, ...] | None:
        """None: no law rules it."""
        if not self.rulings:
            return None
        return self.subject.clocks.index.missing(demanded(self.rulings))

    @property
    def indexed_at(self) -> datetime | None:
        """Since when everything the law wants is there."""
        if not self.rulings:
            return None
        return self.subject.clocks.index.complete_at(demanded(self.rulings))


def look_up(ctx: Context, who: Requester, clip_id: UUID) -> Filed:
    """What a clip is filed under. It names parties: not every officer of an agency may read it.

    Raises:
        ClipUnknownError: nobody announced it, or another agency did. Recorded.
        NotYourClipError: an officer who has no part in it. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        subject = find(session, who, clip_id)
        officers = subject.clocks.index.values.get(IndexField.OFFICERS)
        is_named = isinstance(officers, list) and str(who.subject) in officers
        if not (subject.is_of(who.subject) or is_named or who.roles & IN_CHARGE):
            raise RefusedError(NotYourClipError(), clip_id)
        return _filed(ctx, session, subject)


def complete(
    ctx: Context, who: Requester, clip_id: UUID, entry_id: UUID, values: Completion
) -> Entry:
    """Set something beside what was said of a clip. Safe to repeat.

    Raises:
        ClipUnknownError: nobody announced it, or another agency did. Recorded.
        NotYourClipError: neither who filmed or uploaded it nor a custodian. Recorded.
        EntryTakenError: something else was said under the id. Recorded.
    """
    entry = Entry(entry_id, who.subject, ctx.clock.now(), values)
    with ctx.recording(who), ctx.db.transaction() as session:
        subject = own(session, who, clip_id)
        known = next((one for one in subject.entries if one.entry_id == entry_id), None)
        if known and (known.by, known.values) == (entry.by, entry.values):
            return known
        if known:
            raise RefusedError(EntryTakenError(), clip_id)
        subjects.add_entry(session, clip_id, entry)
        filed = _filed(ctx, session, find(session, who, clip_id))
        ctx.outbox.emit(session, _completed(filed, entry))
        judge(ctx, session, clip_id)
    return entry


def _filed(ctx: Context, session: Session, subject: Subject) -> Filed:
    return Filed(subject, known_rulings(ctx, session, subject.agency_id, subject.clocks))


def _completed(filed: Filed, entry: Entry) -> ClipCompleted:
    return ClipCompleted(
        agency_id=filed.subject.agency_id,
        clip_id=filed.subject.clip_id,
        entry_id=entry.entry_id,
        completed_by=entry.by,
        given=tuple(sorted(given(entry.values))),
        missing=filed.missing,
        indexed_at=filed.indexed_at,
        pack_sha256=filed.ruling and filed.ruling.sha256,
    )
