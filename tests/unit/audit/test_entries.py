"""An entry says what came, whatever that was, and where it stands in its clip's chain."""

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import domain
from audit.domain import (
    LEAF_SIZE_MAX_BYTES,
    Agency,
    Entry,
    Head,
    Log,
    agency_of,
    stream_of,
    word,
)
from common.bus import Record
from common.events import SYSTEM
from contracts.identity import AgencyRegistered, Level
from tests.support.clock import FrozenClock
from tests.support.ledger import CLIP, Speaker, stored
from tlog.merkle import Edge, leaf_hash

LOG = Log("log.example/1", Edge())
NONCE = bytes(range(16))


def entries(*records: Record, heads: dict[str, Head] | None = None) -> list[Entry]:
    return domain.entries(LOG, heads or {}, [domain.arrival(record, NONCE) for record in records])


def speaker() -> Speaker:
    return Speaker(FrozenClock())


def said(value: bytes, key: str = "k") -> Record:
    return speaker().wrap("ingest.thing.happened.v1", key, value)


def test_a_leaf_is_one_line_of_json_with_the_exact_bytes_that_came() -> None:
    record = speaker().record(stored())
    (entry,) = entries(record)
    leaf = json.loads(entry.leaf)
    assert list(leaf) == [
        *("v", "nonce", "origin", "number", "received", "body", "stream", "stream_number"),
        "stream_previous",
    ]
    assert (leaf["v"], leaf["nonce"], leaf["origin"]) == (1, NONCE.hex(), "log.example/1")
    assert b64decode(leaf["body"]) == record.value
    assert leaf["received"] == {
        "topic": "ingest",
        "partition": record.partition,
        "producer": "ingest",
        "epoch": record.headers["ce_epoch"],
        "sequence": 1,
        "id": record.headers["ce_id"],
        "type": "ingest.clip.stored.v1",
        "time": record.headers["ce_time"],
        "agency": record.headers["ce_agencyid"],
        "subject": str(CLIP),
    }
    assert b"\n" not in entry.leaf
    assert entry.leaf_hash == leaf_hash(entry.leaf)


def test_entries_of_a_clip_are_chained_within_a_batch_and_beyond_it() -> None:
    to = speaker()
    other = uuid4()
    first, beside, second = entries(*(to.record(stored(c)) for c in (CLIP, other, CLIP)))
    (third,) = domain.entries(
        Log("log.example/1", Edge().append([b"x" * 32] * 3)[0]),
        {str(CLIP): Head(second.stream_number, second.leaf_hash)},
        [domain.arrival(to.record(stored()), NONCE)],
    )
    chain = [json.loads(entry.leaf) for entry in (first, second, third)]
    assert [leaf["stream_number"] for leaf in chain] == [1, 2, 3]
    assert [leaf["stream_previous"] for leaf in chain] == [
        None,
        first.leaf_hash.hex(),
        second.leaf_hash.hex(),
    ]
    assert [leaf["number"] for leaf in chain] == [0, 2, 3]
    assert (beside.stream, beside.stream_number) == (str(other), 1)


def test_the_same_fact_twice_makes_two_different_leaves() -> None:
    record = said(b"{}")
    arrivals = [domain.arrival(record, nonce) for nonce in (NONCE, bytes(16))]
    one, two = domain.entries(LOG, {}, arrivals)
    assert one.leaf_hash != two.leaf_hash


@pytest.mark.parametrize(
    ("value", "stream"),
    [
        (b'{"clip_id":"%s"}' % str(CLIP).encode(), str(CLIP)),
        (
            b'{"clip_id":"%s"}' % str(UUID(int=2**127 + 10)).upper().encode(),
            str(UUID(int=2**127 + 10)),
        ),
        (b'{"clip_id":"{%s}"}' % str(CLIP).encode(), "ingest:k"),
        (b'{"clip_id":"not a uuid, but of just that length"}', "ingest:k"),
        (b'{"clip_id":7}', "ingest:k"),
        (b'["clip_id"]', "ingest:k"),
        (b"", "ingest:k"),
        (b"\xff\xfe", "ingest:k"),
        (b"[" * 100_000, "ingest:k"),
        (b'{"clip_id":%s}' % (b"9" * 5000), "ingest:k"),
    ],
)
def test_a_chain_is_the_clips_or_else_the_topics_for_a_key(value: bytes, stream: str) -> None:
    assert stream_of(said(value)) == stream


def test_nothing_but_a_clip_has_a_chain_that_is_named_by_a_bare_id() -> None:
    about_a_clip = b'{"clip_id":"%s"}' % str(CLIP).encode()
    assert stream_of(said(about_a_clip)) == str(CLIP)
    assert stream_of(said(b"{}", key=str(CLIP))) == f"ingest:{CLIP}"


ROOT_ID, CHILD_ID = UUID(int=20), UUID(int=21)


def placed(agency_id: UUID = CHILD_ID, parent_id: UUID | None = ROOT_ID) -> AgencyRegistered:
    return AgencyRegistered(
        agency_id=agency_id, parent_id=parent_id, level=Level.AGENCY, division="440000"
    )


def test_the_tree_is_what_identity_says_it_is() -> None:
    assert agency_of(speaker().record(placed())) == Agency(CHILD_ID, ROOT_ID)
    assert agency_of(speaker().record(placed(parent_id=None))) == Agency(CHILD_ID, None)


def test_nobody_else_and_nothing_malformed_changes_the_tree() -> None:
    sound = speaker().record(placed())
    assert agency_of(replace(sound, topic="catalog")) is None
    assert agency_of(speaker().record(stored())) is None
    for value in (b"", b"\xff", b"[]", b"{}", b"[" * 100_000, b'{"agency_id":7}'):
        assert agency_of(replace(sound, value=value)) is None


def test_the_whole_systems_facts_are_never_given_a_place_below_an_agency() -> None:
    assert agency_of(speaker().record(placed(SYSTEM))) is None


def test_poison_is_logged_as_opaque_bytes() -> None:
    for value in (b"", b"\xff\x00", b"[" * 20_000, b"{"):
        (entry,) = entries(said(value))
        assert b64decode(json.loads(entry.leaf)["body"]) == value


def test_what_is_too_long_for_a_leaf_is_named_by_its_digest() -> None:
    value = b"x" * 60_000
    (entry,) = entries(said(value))
    leaf = json.loads(entry.leaf)
    quoted = f'"{json.loads(json.dumps("eHh4" * 20_000))}"'.encode()
    assert leaf["body"] == {"sha256_of_json": sha256(quoted).hexdigest(), "size_bytes": len(quoted)}
    assert leaf["received"]["type"] == "ingest.thing.happened.v1"


def test_endless_headers_do_not_stop_the_log_either() -> None:
    record = said(b"x" * 60_000)
    long = Record(
        record.topic,
        record.partition,
        "k" * 70_000,
        {**record.headers, "ce_subject": "s" * 70_000},
        record.value,
    )
    (entry,) = entries(long)
    assert len(entry.leaf) <= LEAF_SIZE_MAX_BYTES
    assert set(json.loads(entry.leaf)["received"]) == {"sha256_of_json", "size_bytes"}


@given(st.binary(max_size=200), st.text(), st.text(), st.text())
def test_whatever_comes_gets_an_entry_that_any_database_can_keep(
    value: bytes, key: str, type_: str, subject: str
) -> None:
    plain = said(value)
    headers = {**plain.headers, "ce_type": type_, "ce_subject": subject, "ce_agencyid": subject}
    (entry,) = entries(Record(plain.topic, plain.partition, key, headers, value))
    assert len(entry.leaf) <= LEAF_SIZE_MAX_BYTES
    assert entry.agency_id is None or str(entry.agency_id) == subject.lower()
    for kept in (entry.type, entry.subject, entry.stream):
        assert 0 < len(kept) <= domain.WORD_SIZE_MAX
        assert kept.isascii()
        assert kept.isprintable()


def test_a_word_no_database_can_keep_becomes_its_digest() -> None:
    assert word("plain") == "plain"
    assert word("\ud800") != word("\x00") != word("")
    assert all(word(odd).startswith("sha256:") for odd in ("", "\x00", "\ud800", "张三", "x" * 201))
