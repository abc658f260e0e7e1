"""What the routes of clips are sent and answer."""

from datetime import date, timedelta
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, TypeAdapter

from common.events import Code, Sha256
from contracts.ingest import Carrier, DerivativeKind, IndexField, LockMode, TimeOrigin
from ingest.domain.announcement import Instant
from ingest.domain.clip import Clip
from ingest.domain.clocks import ClipState, Clocks, Return, Told
from ingest.domain.duties import UNRULED, State
from ingest.domain.facts import Facts
from ingest.domain.index import Completion, Entry
from ingest.domain.ruling import Ruled
from ingest.operations.duties import ClipDuties, Listed
from ingest.operations.indexing import Filed

MS: Final = timedelta(milliseconds=1)
_VALUES: Final = TypeAdapter(dict[IndexField, JsonValue])


class DerivativeOut(BaseModel):
    """Something that was made of a clip and is never the original. Its bytes leave by `access`."""

    model_config = ConfigDict(from_attributes=True)

    kind: DerivativeKind
    recipe: str
    maker: str
    parent_sha256: Sha256
    sha256: Sha256
    size_bytes: int
    made_at: AwareDatetime


class KeepingOut(BaseModel):
    """How originals are kept by this installation."""

    lock_mode: Literal["software", "compliance"]
    read_back: Literal["always", "sampled"]
    """Which films are read back from the store, whole, before they are said to be kept."""
    read_back_one_in: int


class TakenOut(BaseModel):
    """The lock that the store of objects had when it was last told of one and asked."""

    model_config = ConfigDict(from_attributes=True)

    until: AwareDatetime
    mode: LockMode
    version: str | None
    """What the store calls the very bytes, where it has a name for them."""
    at: AwareDatetime


class ClipOut(BaseModel):
    """A kept clip, and until when its bytes may not be removed."""

    clip_id: UUID
    sha256: Sha256
    size_bytes: int
    state: Literal["stored", "quarantined", "resubmitted"]
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    recorded_start_from: TimeOrigin | None
    recorded_end_from: TimeOrigin | None
    """Who claims these times, which nobody verified; null where that was not said."""
    recorded_ahead_ms: int | None
    """By how much the claimed end lies, at the least, after the clip was told of: such a clock is
    wrong, and neither time is to be relied on. Null: it does not."""
    carrier: Carrier
    device_no: str
    filename: str
    facts: Facts | None
    locked_until: date | None
    """The first day in Asia/Shanghai on which neither the law nor the store forbids it."""
    locked_for_ever: bool
    derivatives: list[DerivativeOut]
    not_derived: list[DerivativeKind]
    """What could not be made, after several tries."""
    read_back_sha256: Sha256 | None
    """Of what the store gave back before the clip was announced as kept; None: not read back."""
    read_back_bytes: int | None
    read_back_at: AwareDatetime | None
    digest_unconfirmed: bool
    """Whether `sha256` is our own reading alone: its client has not said what it should be."""
    said_sha256: Sha256 | None
    """What its client said. Another one than `sha256` of a clip in quarantine, and of one that a
    person released from it."""
    original_id: UUID | None
    """Of a clip that was handed in again: the one whose bytes these are."""
    store_lock: TakenOut | None
    """None: it was kept by an earlier version, and its store is still to be asked."""
    is_held: bool
    """Whether a case that it serves or did is held: it may not be removed, whatever its lock."""
    held_since: AwareDatetime | None
    """Since when the store has the hold; None: it does not have it, or is yet to be told."""

    @classmethod
    def of(cls, clip: Clip, ahead: timedelta | None) -> Self:
        said = clip.announced
        return cls.model_validate(
            {
                **said.model_dump(include=set(cls.model_fields)),
                "recorded_ahead_ms": None if ahead is None else ahead // MS,
                "sha256": clip.sha256,
                "size_bytes": clip.size_bytes,
                "state": clip.state,
                "facts": clip.facts,
                "locked_until": clip.locked_until,
                "locked_for_ever": clip.lock.for_ever,
                "derivatives": clip.derivatives,
                "not_derived": clip.not_derived,
                "read_back_sha256": clip.proof.sha256,
                "read_back_bytes": clip.proof.size_bytes,
                "read_back_at": clip.proof.read_at,
                "digest_unconfirmed": clip.digest_unconfirmed,
                "said_sha256": clip.said_sha256,
                "original_id": clip.original_id,
                "store_lock": clip.taken,
                "is_held": clip.held.is_held,
                "held_since": clip.held.since,
            }
        )


class EntryOut(BaseModel):
    """Something that was said later, by whom and when."""

    entry_id: UUID
    by: UUID
    at: AwareDatetime
    values: Completion

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(entry_id=entry.entry_id, by=entry.by, at=entry.at, values=entry.values)


class IndexOut(BaseModel):
    """What a clip is filed under. `first` came with the upload; `history` is the oldest first."""

    clip_id: UUID
    current: dict[IndexField, JsonValue]
    first: dict[IndexField, JsonValue]
    first_by: UUID
    first_at: AwareDatetime
    history: list[EntryOut]
    missing: list[IndexField] | None
    """What the pack in force wants as well; null where none rules."""
    indexed_at: AwareDatetime | None
    """Since when all that it wants is there."""
    pack: str | None

    @classmethod
    def of(cls, filed: Filed) -> Self:
        subject = filed.subject
        return cls(
            clip_id=subject.clip_id,
            current=_VALUES.validate_python(dict(subject.clocks.index.values)),
            first=_VALUES.validate_python(dict(subject.first)),
            first_by=subject.uploaded_by,
            first_at=subject.clocks.recorded_end.told_at,
            history=[EntryOut.of(entry) for entry in subject.entries],
            missing=None if filed.missing is None else list(filed.missing),
            indexed_at=filed.indexed_at,
            pack=filed.ruling and filed.ruling.pack,
        )


class ReturnIn(BaseModel):
    """When those who filmed came back, and why they could not store before."""

    model_config = ConfigDict(extra="forbid")

    returned_at: Instant
    reason: Code


class ReturnOut(BaseModel):
    """A declared return, and who confirmed it."""

    return_id: UUID
    returned_at: AwareDatetime
    reason: str
    declared_by: UUID
    declared_at: AwareDatetime
    confirmed_by: UUID | None
    confirmed_at: AwareDatetime | None

    @classmethod
    def of(cls, declared: Return) -> Self:
        return cls(**vars(declared))


class HandOverOut(BaseModel):
    """A custodian's word that a clip was handed over."""

    received_by: UUID | None
    handed_over_at: AwareDatetime

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls(received_by=told.by, handed_over_at=told.at)


class ToldOut(BaseModel):
    """An instant, and by whom and when it was told; by nobody: by this system."""

    at: AwareDatetime
    by: UUID | None
    told_at: AwareDatetime

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls(at=told.at, by=told.by, told_at=told.told_at)


class ClocksOut(BaseModel):
    """Each instant by itself; none is made of another."""

    recorded_end: ToldOut
    recorded_end_from: TimeOrigin | None
    exported: ToldOut | None
    stored: ToldOut | None
    indexed: ToldOut | None
    """Since when all that the pack in force wants is said; null, too, where none rules."""
    handed_over: ToldOut | None
    returns: list[ReturnOut]

    @classmethod
    def of(cls, clocks: Clocks, indexed: Told | None) -> Self:
        return cls(
            indexed=indexed and ToldOut.of(indexed),
            recorded_end=ToldOut.of(clocks.recorded_end),
            recorded_end_from=clocks.recorded_end_from,
            exported=clocks.exported and ToldOut.of(clocks.exported),
            stored=clocks.stored and ToldOut.of(clocks.stored),
            handed_over=clocks.handed_over and ToldOut.of(clocks.handed_over),
            returns=[ReturnOut.of(one) for one in clocks.returns],
        )


class StandingOut(BaseModel):
    """How a duty stands, why, by which words of the law, and computed from which instants."""

    rule_id: str
    pack_sha256: Sha256
    """Of the pack by which it is judged."""
    label: str
    state: State
    why: str
    citation: str
    text: str
    reading: str
    computed_from: dict[str, AwareDatetime]
    due_at: AwareDatetime | None
    """The strict end, where the device's clock leaves it open."""
    due_latest_at: AwareDatetime | None
    due_lenient_at: AwareDatetime | None
    """If the law is read more leniently, which nobody has settled; nothing is judged by it."""
    done_at: AwareDatetime | None
    late_ms: int | None

    @classmethod
    def of(cls, ruled: Ruled) -> Self:
        stand = ruled.standing
        return cls(
            rule_id=stand.duty.id,
            pack_sha256=ruled.ruling.sha256,
            label=stand.duty.label,
            state=stand.state,
            why=stand.why,
            citation=stand.duty.citation,
            text=stand.duty.text,
            reading=stand.duty.reading,
            computed_from=dict(stand.computed_from),
            due_at=stand.due_at,
            due_latest_at=stand.due_latest_at,
            due_lenient_at=stand.due_lenient_at,
            done_at=stand.done_at,
            late_ms=None if stand.late is None else stand.late // MS,
        )


class ClipDutiesOut(BaseModel):
    """A clip's clocks and duties. Where no law rules, `question` asks for it; nothing is met."""

    clip_id: UUID
    pack: str | None
    """The newest, where the device's clock leaves open which one rules; each duty names its own."""
    pack_sha256: Sha256 | None
    question: str | None
    clocks: ClocksOut
    duties: list[StandingOut]

    @classmethod
    def of(cls, found: ClipDuties) -> Self:
        return cls(
            clip_id=found.subject.clip_id,
            pack=found.ruling and found.ruling.pack,
            pack_sha256=found.ruling and found.ruling.sha256,
            question=None if found.ruling else UNRULED,
            clocks=ClocksOut.of(found.subject.clocks, found.indexed),
            duties=[StandingOut.of(stand) for stand in found.standings],
        )


class DutyOut(BaseModel):
    """A duty still to be done, and what the law calls it."""

    duty_id: UUID
    clip_id: UUID
    unit_id: UUID | None
    rule_id: str
    label: str
    citation: str
    due_at: AwareDatetime
    due_lenient_at: AwareDatetime | None
    late_ms: int | None
    clip_state: ClipState

    @classmethod
    def of(cls, one: Listed) -> Self:
        return cls(
            duty_id=one.kept.duty_id,
            clip_id=one.kept.clip_id,
            unit_id=one.kept.unit_id,
            rule_id=one.kept.rule_id,
            label=one.duty.label,
            citation=one.duty.citation,
            due_at=one.kept.due_at,
            due_lenient_at=one.kept.due_lenient_at,
            late_ms=None if one.late is None else one.late // MS,
            clip_state=one.clip_state,
        )


class DutiesOut(BaseModel):
    """A page of them."""

    items: list[DutyOut]
    next: UUID | None
