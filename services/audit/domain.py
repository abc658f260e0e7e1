"""What an entry of the log says, and how entries of one clip are chained. Pure."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from common.bus import Record
from common.events import SYSTEM
from contracts.identity import AgencyRegistered
from tlog.merkle import Edge, leaf_hash

LEAF_SIZE_MAX_BYTES: Final = 65_535
"""What an entry bundle's 16-bit length can say (c2sp.org/tlog-tiles)."""
NONCE_SIZE_BYTES: Final = 16
"""Without it, a neighbour's hash in a proof would let its receiver test guesses about the leaf."""
WORD_SIZE_MAX: Final = 200
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Log:
    """The log as it stands."""

    origin: str
    edge: Edge


@dataclass(frozen=True)
class Head:
    """The newest entry of a stream: its number there, from 1, and its leaf's hash."""

    number: int
    leaf_hash: bytes


@dataclass(frozen=True)
class Arrival:
    """A record on its way into the log."""

    record: Record
    nonce: bytes
    stream: str


@dataclass(frozen=True)
class Entry:
    """A leaf and what it is found by. Only `leaf` is in the log; the rest can be read from it."""

    index: int
    leaf: bytes
    leaf_hash: bytes
    type: str
    agency_id: UUID | None
    subject: str
    stream: str
    stream_number: int


@dataclass(frozen=True)
class Agency:
    """An agency's place in the tree; the root has no parent."""

    agency_id: UUID
    parent_id: UUID | None


@dataclass(frozen=True)
class Scope:
    """Whose entries somebody may see: an agency's, or also those of all agencies below it.

    Entries of no agency go with the root's subtree: they are facts about the whole system.
    """

    agency_id: UUID
    with_subtree: bool


@dataclass(frozen=True)
class Signed:
    """A checkpoint as it was signed; `note` is the exact bytes."""

    size: int
    root: bytes
    note: bytes
    signed_at: datetime


@dataclass(frozen=True)
class BundleRequest:
    """An export that waits for the entries of its clip."""

    export_id: UUID
    clip_id: UUID
    agency_id: UUID


@dataclass(frozen=True)
class Proved:
    """An entry and its proof file."""

    entry: Entry
    proof: bytes


def entries(log: Log, heads: Mapping[str, Head], arrivals: Iterable[Arrival]) -> list[Entry]:
    """Return the entries for `arrivals`, in the order they came.

    `heads` are those of their streams so far. Whatever a record holds, it gets an entry.
    """
    newest = dict(heads)
    made: list[Entry] = []
    for index, arrival in enumerate(arrivals, start=log.edge.size):
        entry = _entry(log.origin, index, arrival, newest.get(arrival.stream))
        newest[arrival.stream] = Head(entry.stream_number, entry.leaf_hash)
        made.append(entry)
    return made


def arrival(record: Record, nonce: bytes) -> Arrival:
    return Arrival(record, nonce, stream_of(record))


def stream_of(record: Record) -> str:
    """Whose chain the record belongs to: the clip's it speaks of, else its topic's for its key.

    Clips' ids are chosen by those who announce them. Only clips' chains are named by a bare id,
    so that a clip given the id of a person or of a case does not get at what concerns those.
    """
    try:
        body = json.loads(record.value)
    except (ValueError, RecursionError):
        body = None
    clip_id = _uuid(body.get("clip_id")) if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - JSON of anybody's
    return str(clip_id) if clip_id else word(f"{record.topic}:{record.key}")


def agency_of(record: Record) -> Agency | None:
    """The place in the tree that the record gives to an agency, if it is identity's and sound."""
    if (record.topic, record.headers["ce_type"]) != ("identity", AgencyRegistered.type):
        return None
    try:
        said = AgencyRegistered.model_validate_json(record.value)
    except ValueError:
        return None
    # Nobody's entries are the whole system's: never in an agency's subtree, whatever is announced.
    return None if said.agency_id == SYSTEM else Agency(said.agency_id, said.parent_id)


def word(text: str) -> str:
    """`text` if any database can keep it as it is, else its digest; the leaf has it verbatim."""
    if 0 < len(text) <= WORD_SIZE_MAX and text.isascii() and text.isprintable():
        return text
    return f"sha256:{sha256(text.encode(errors='surrogatepass')).hexdigest()}"


def bundle(
    origin: str, vkey: str, checkpoint: Signed, stream: str, proved: Sequence[Proved]
) -> bytes:
    """All entries of a stream under one checkpoint, ready to be laid into an evidence folder."""
    last = proved[-1].entry if proved else None
    said = {
        "origin": origin,
        "vkey": vkey,
        "checkpoint": checkpoint.note.decode(),
        "stream": {
            "stream": stream,
            "count": len(proved),
            "head_leaf_hash": last and last.leaf_hash.hex(),
            "tree_size": checkpoint.size,
        },
        "entries": [
            {
                "index": each.entry.index,
                "leaf": b64encode(each.entry.leaf).decode(),
                "proof": each.proof.decode(),
            }
            for each in proved
        ],
    }
    return _json(said)


def _entry(origin: str, index: int, arrival: Arrival, before: Head | None) -> Entry:
    record, number = arrival.record, before.number + 1 if before else 1
    leaf = _fitting(
        {
            "v": 1,
            "nonce": arrival.nonce.hex(),
            "origin": origin,
            "number": index,
            "received": _received(record),
            "body": b64encode(record.value).decode(),
            "stream": arrival.stream,
            "stream_number": number,
            "stream_previous": before.leaf_hash.hex() if before else None,
        }
    )
    return Entry(
        index=index,
        leaf=leaf,
        leaf_hash=leaf_hash(leaf),
        type=word(record.headers["ce_type"]),
        agency_id=_uuid(record.headers.get("ce_agencyid")),
        subject=word(record.headers.get("ce_subject", "")),
        stream=arrival.stream,
        stream_number=number,
    )


def _received(record: Record) -> dict[str, Any]:
    headers = record.headers
    return {
        "topic": record.topic,
        "partition": record.partition,
        "producer": headers["ce_producer"],
        "epoch": headers["ce_epoch"],
        "sequence": int(headers["ce_sequence"]),
        "id": headers["ce_id"],
        "type": headers["ce_type"],
        "time": headers.get("ce_time"),
        "agency": headers.get("ce_agencyid"),
        "subject": headers.get("ce_subject"),
    }


def _fitting(leaf: dict[str, Any]) -> bytes:
    """Encode a leaf. What is too long for one is named by its digest: never cut, never dropped."""
    encoded = _json(leaf)
    for part in ("body", "received"):
        if len(encoded) > LEAF_SIZE_MAX_BYTES:
            long = _json(leaf[part])
            digest = {"sha256_of_json": sha256(long).hexdigest(), "size_bytes": len(long)}
            encoded = _json(leaf := leaf | {part: digest})
    return encoded


def _json(value: object) -> bytes:
    """JSON in one line of ASCII, names in the order given."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _uuid(value: object) -> UUID | None:
    """The UUID that `value` is in its usual form, if it is one."""
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None
