"""Whatever is announced stands in the log once, for ever, under heads that never contradict."""

import json
from base64 import b64decode
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from audit import operations, store
from audit.domain import Entry, Signed
from audit.errors import LogDamagedError, LogMovedError
from audit.operations import Context
from contracts.audit import BundleBuilt, CheckpointPublished
from tests.support.clock import FrozenClock
from tests.support.ledger import CLIP, Ledger, Speaker, export_requested, ledger, stored
from tests.support.trees import Tree, naive_root
from tlog import proof_file
from tlog.checkpoint import open_checkpoint
from tlog.note import Verifier

CLOCK = FrozenClock()


def leaves(ctx: Context) -> list[bytes]:
    return [entry.leaf for entry in entries(ctx)]


def entries(ctx: Context) -> list[Entry]:
    with ctx.db.snapshot() as session:
        found = [store.find_entry(session, index) for index in range(store.log(session).edge.size)]
    return [entry for entry in found if entry]


def bodies(ctx: Context) -> list[bytes]:
    return [b64decode(json.loads(leaf)["body"]) for leaf in leaves(ctx)]


def kinds(ctx: Context) -> list[str]:
    return [entry.type for entry in entries(ctx)]


async def test_everything_announced_becomes_a_leaf_under_a_signed_head(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        records = [log.speaker.record(stored(uuid4())) for _ in range(20)]
        await log.hear(*records)
        head = open_checkpoint(operations.latest_checkpoint(log.ctx).note, log.ctx.signer.verifier)
        assert bodies(log.ctx) == [record.value for record in records]
        assert (head.size, head.root) == (20, naive_root(leaves(log.ctx)))
        assert head.origin == "liuhen.local/log/1"


async def test_an_event_delivered_twice_and_a_restart_add_nothing(tmp_path: Path) -> None:
    speaker = Speaker(CLOCK)
    twice = speaker.record(stored())
    async with ledger(tmp_path, CLOCK, speaker) as log:
        await log.hear(twice, twice)
        await log.hear(twice)
    async with ledger(tmp_path, CLOCK, speaker) as log:
        await log.hear(twice, speaker.record(stored(uuid4())))
        assert len(leaves(log.ctx)) == 2
        assert operations.latest_checkpoint(log.ctx).size == 2


async def test_the_log_of_itself_comes_to_rest(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored())
        await log.hear(export_requested(uuid4()))
        assert BundleBuilt.type in kinds(log.ctx)
        assert CheckpointPublished.type not in kinds(log.ctx)
        assert operations.publish(log.ctx) == 0


async def test_poison_is_logged_as_it_came_and_holds_nobody_up(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        poison = log.speaker.wrap("access.export.requested.v1", str(CLIP), b"\xff not JSON")
        after = log.speaker.record(stored())
        await log.bus.publish([poison, after])
        for _ in range(20):  # until the attempts are used up
            try:
                await log.settle()
                break
            except ValueError:
                continue
        assert bodies(log.ctx) == [poison.value, after.value]


async def test_every_head_continues_the_one_before(tmp_path: Path) -> None:
    heads: list[Signed] = []
    async with ledger(tmp_path, CLOCK) as log:
        for count in (1, 2, 1, 5, 3, 4, 17):
            await log.hear(*(stored(uuid4()) for _ in range(count)))
            heads.append(operations.latest_checkpoint(log.ctx))
        tree = Tree(leaves(log.ctx))
    assert [head.size for head in heads] == [1, 3, 4, 9, 12, 16, 33]
    assert [head.root for head in heads] == [tree.roots[head.size] for head in heads]


async def test_a_head_is_announced_with_its_size_and_root(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored())
        with log.ctx.db.snapshot() as session:
            said = text("SELECT value FROM outbox WHERE type = :type ORDER BY position DESC")
            value = session.connection().execute(said, {"type": CheckpointPublished.type}).scalar()
        head = operations.latest_checkpoint(log.ctx)
    assert CheckpointPublished.model_validate_json(value or b"") == CheckpointPublished(
        agency_id=UUID(int=0), size=1, root=head.root.hex()
    )


async def test_a_size_is_never_signed_with_a_second_root(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored())
        head = operations.latest_checkpoint(log.ctx)
        other = Signed(head.size, b"x" * 32, head.note, head.signed_at)
        with pytest.raises(IntegrityError), log.ctx.db.transaction() as session:
            store.add_checkpoint(session, other)


async def test_the_second_of_two_sequencers_gets_nothing_in(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        with log.ctx.db.snapshot() as session:
            stale = store.log(session).edge
        await log.hear(stored())
        edge, nodes = stale.append([b"x" * 32])
        with pytest.raises(LogMovedError), log.ctx.db.transaction() as session:
            store.append(session, stale, edge, [], nodes)
        assert len(leaves(log.ctx)) == 1


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE entry SET leaf = x'00'",
        "DELETE FROM entry",
        "UPDATE node SET hash = x'00'",
        "DELETE FROM node",
        "UPDATE checkpoint SET root = x'00'",
        "DELETE FROM checkpoint",
        "DELETE FROM log",
        "UPDATE log SET size = size - 1",
        "UPDATE log SET root = x'00'",
        "UPDATE log SET size = size + 1, origin = 'other'",
    ],
)
async def test_the_database_itself_refuses_to_rewrite(tmp_path: Path, rewriting: str) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored())
        with (
            pytest.raises(IntegrityError, match="append-only"),
            log.ctx.db.transaction() as session,
        ):
            session.connection().execute(text(rewriting))


async def test_no_head_is_signed_over_a_tree_that_was_bent(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored(), stored())
        bend(log, "node", "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND position = 0")
        with pytest.raises(LogDamagedError):
            await log.hear(stored())
        assert operations.latest_checkpoint(log.ctx).size == 2


async def test_an_export_gets_all_entries_of_its_clip_with_proofs_that_hold(
    tmp_path: Path,
) -> None:
    export_id = uuid4()
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored(), stored(uuid4()), stored(), export_requested(export_id))
        built = announced(log)
        bundle = read_bundle(log, built)
        key = Verifier.parse(bundle["vkey"])
        chain: list[bytes] = []
        for entry in bundle["entries"]:
            leaf = b64decode(entry["leaf"])
            proof_file.verify(entry["proof"].encode(), index=entry["index"], entry=leaf, log=key)
            chain.append(leaf)
        head = open_checkpoint(bundle["checkpoint"].encode(), key)
    assert built.export_id == export_id
    assert [json.loads(leaf)["stream_number"] for leaf in chain] == [1, 2, 3]
    assert {json.loads(leaf)["stream"] for leaf in chain} == {str(CLIP)}
    assert json.loads(chain[-1])["received"]["type"] == "access.export.requested.v1"
    assert bundle["stream"] == {
        "stream": str(CLIP),
        "count": 3,
        "head_leaf_hash": Tree(chain[2:]).edge.root.hex(),
        "tree_size": head.size,
    }
    assert built.tree_size == head.size


async def test_what_came_after_the_head_is_not_claimed_to_be_under_it(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.hear(stored(), stored(), stored())
        with log.ctx.db.snapshot() as session:
            under = store.stream_entries(session, str(CLIP), 2)
    assert [entry.index for entry in under] == [0, 1]


async def test_an_export_is_answered_once(tmp_path: Path) -> None:
    speaker, export_id = Speaker(CLOCK), uuid4()
    async with ledger(tmp_path, CLOCK, speaker) as log:
        await log.hear(export_requested(export_id))
        await log.hear(export_requested(export_id))
    async with ledger(tmp_path, CLOCK, speaker) as log:
        assert kinds(log.ctx).count(BundleBuilt.type) == 1


def announced(log: Ledger) -> BundleBuilt:
    (value,) = [
        body
        for body, type_ in zip(bodies(log.ctx), kinds(log.ctx), strict=True)
        if type_ == BundleBuilt.type
    ]
    return BundleBuilt.model_validate_json(value)


def read_bundle(log: Ledger, built: BundleBuilt):
    with log.ctx.bundles.open(built.bundle_sha256) as file:
        return json.load(file)


def bend(log: Ledger, table: str, statement: str) -> None:
    """What somebody with the database in hand can do: the triggers are no wall against that."""
    with log.ctx.db.transaction() as session:
        run(session, f"DROP TRIGGER {table}_no_update", statement)


def run(session: Session, *statements: str) -> None:
    for statement in statements:
        session.connection().execute(text(statement))
