"""Every query about kept clips."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from ingest.domain.clip import Clip
from ingest.domain.facts import Facts
from ingest.domain.keeping import Proof
from ingest.domain.reviewing import is_released
from ingest.domain.upload import Upload, UploadState
from ingest.store.derivatives import derivatives_of, given_up_of
from ingest.store.digests import said_digest
from ingest.store.holds import find_held
from ingest.store.locks import find_lock, find_taken
from ingest.store.resubmissions import original_of
from ingest.store.reviewing import reviews_of
from ingest.store.uploads import announcement
from ingest.tables import ClipRow, FactsRow


def add_clip(session: Session, upload: Upload, sha256: str, now: datetime, proof: Proof) -> None:
    session.add(
        ClipRow(
            clip_id=upload.clip_id,
            agency_id=upload.agency_id,
            sha256=sha256,
            size_bytes=upload.offset,
            state=upload.state,
            kept_at=now,
            object_version=proof.version,
            read_back_sha256=proof.sha256,
            read_back_bytes=proof.size_bytes,
            read_back_at=proof.read_at,
        )
    )
    session.flush()  # facts and locks are behind the clip


def find_clip(session: Session, clip_id: UUID) -> Clip | None:
    row = session.get(ClipRow, clip_id)
    if row is None:
        return _find_entry(session, clip_id)
    facts = session.get(FactsRow, clip_id)
    said = said_digest(session, clip_id)
    is_right = said in {None, row.sha256} or is_released(reviews_of(session, clip_id))
    return Clip(
        clip_id=clip_id,
        agency_id=row.agency_id,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        state=UploadState.STORED if is_right else UploadState.QUARANTINED,
        announced=announcement(session, clip_id),
        facts=Facts.model_validate(facts) if facts else None,
        lock=find_lock(session, clip_id),
        taken=find_taken(session, clip_id),
        held=find_held(session, clip_id),
        derivatives=derivatives_of(session, clip_id),
        not_derived=given_up_of(session, clip_id),
        proof=Proof(
            row.object_version, row.read_back_sha256, row.read_back_bytes, row.read_back_at
        ),
        digest_unconfirmed=said is None,
        said_sha256=said,
    )


def _find_entry(session: Session, clip_id: UUID) -> Clip | None:
    """What is known of a clip that was handed in again: its own words, its original's bytes."""
    original_id = original_of(session, clip_id)
    original = original_id and find_clip(session, original_id)
    return original and replace(
        original,
        clip_id=clip_id,
        state=UploadState.RESUBMITTED,
        announced=announcement(session, clip_id),
        original_id=original_id,
    )
