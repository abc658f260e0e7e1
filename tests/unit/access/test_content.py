"""Ranges of bytes, kinds of files, and what an evidence folder says in words."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from access.domain.content import Clip, Extent, extent, kind
from access.domain.evidence import Bundle, Export, note
from access.domain.requests import Filed, Given, Request
from access.domain.rules import AccessRules, Ask, Fact, decide
from common.packs import Pack
from contracts.access import Manner, Purpose
from contracts.identity import Role
from contracts.ingest import Carrier
from tests.support.evidence import ORIGIN, make_bundle
from tests.support.evidence import history as log_history
from tests.support.ledger import CLIP
from tlog.note import LocalSigner

S1 = Pack.shipped("s1-gaoxin-yingji").read("access.yaml", AccessRules)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (None, (0, 9)),
        ("bytes=0-", (0, 9)),
        ("bytes=2-5", (2, 5)),
        ("bytes=2-99", (2, 9)),
        ("bytes=9-9", (9, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=99999999999999999-", None),
        # Ignored, as RFC 9110 lets us: malformed, backwards, several, another unit.
        ("bytes=", (0, 9)),
        ("bytes=-", (0, 9)),
        ("bytes=5-2", (0, 9)),
        ("bytes=0-1,3-4", (0, 9)),
        ("clips=0-1", (0, 9)),
        ("bytes=٣-٤", (0, 9)),
        ("bytes=" + "9" * 5000 + "-", (0, 9)),
    ],
)
def test_a_range_is_read_as_the_rfc_says(
    wanted: str | None, expected: tuple[int, int] | None
) -> None:
    found = extent(wanted, 10)
    assert (found and (found.first, found.last)) == expected


@given(st.text(alphabet="bytes=0123456789-, ", max_size=20), st.integers(0, 30))
def test_no_header_leads_outside_the_file(wanted: str, size_bytes: int) -> None:
    found = extent(wanted, size_bytes)
    assert found is None or 0 <= found.first <= found.last < size_bytes


def test_an_empty_file_has_no_bytes_to_show() -> None:
    assert extent(None, 0) is None
    assert Extent(0, 9, 10).is_whole
    assert not Extent(0, 8, 10).is_whole


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"\x00\x00\x00\x20ftypisom", "mp4"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpg"),
        (b"<html><script>..", "bin"),
        (b"", "bin"),
    ],
)
def test_a_files_kind_is_told_by_its_bytes(head: bytes, extension: str) -> None:
    assert kind(head).extension == extension


def test_the_note_says_what_the_articles_demand() -> None:
    at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    ids = [UUID(int=number) for number in range(8)]
    clip = Clip(ids[1], ids[0], "a" * 64, 7, Carrier.BODY_CAMERA, at, at, filmed_by=ids[2])
    request = Request(ids[3], ids[1], ids[4], Manner.COPY, Purpose.LITIGATION)
    facts = frozenset[Fact]({"own_agency"})
    asked = Ask(frozenset({Role.OFFICER}), request.manner, request.purpose, "archived", None, facts)
    decision = decide(S1, asked)
    filed = Filed(request, ids[0], None, None, decision, None, "granted", at, at)
    export = Export(ids[7], ids[3], ids[1], ids[0], ids[4], "证明现场", "执法证号 1", S1.note)
    approvals = [Given("review", ids[5], True, at), Given("approve", ids[6], True, at)]  # noqa: FBT003 - fields
    said = note(export, filed, clip, approvals, at)
    for line in (
        f"制作人：账号 {ids[2]}",
        f"提取人：账号 {ids[4]}（执法证号 1）",
        "提取时间：2026年1月5日 17:00:00（北京时间）",
        "证明对象：证明现场",
        "复制依据：平开应急〔2019〕25号 附件3 第十三条",
        f"办公室(政策法规处)审核：账号 {ids[5]}，2026年1月5日 17:00:00（北京时间）",
        f"局主管执法工作领导审批：账号 {ids[6]}，2026年1月5日 17:00:00（北京时间）",
        "记录载体：执法记录仪",
        "所属案件：未关联案件",
    ):
        assert line in said.splitlines()
    assert "附件2 第十一条：行政执法音像记录作为证据使用" in said
    assert "附件3 第十四条：需要作为证据使用" in said


def test_audits_bundle_becomes_the_folders_files() -> None:
    signer = LocalSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))
    bundle = Bundle.model_validate_json(make_bundle(log_history(), signer))
    files = dict(bundle.files())
    assert files["audit/log.vkey"].decode().strip() == signer.verifier.text
    assert files["audit/checkpoint"].startswith(f"{ORIGIN}\n".encode())
    indexes = [entry.index for entry in bundle.entries]
    assert len(indexes) == bundle.stream.count > 1
    for index in indexes:
        assert f'"number":{index}'.encode() in files[f"audit/entries/{index}.json"]
        assert f"index {index}".encode() in files[f"audit/proofs/{index}.tlog-proof"]
    assert len(files) == 3 + 2 * len(indexes)


@pytest.mark.parametrize(
    "change",
    [
        {"entries": []},
        {"surprise": 1},
        {"entries": [{"index": -1, "leaf": "AA==", "proof": ""}]},
        {"entries": [{"index": "../../x", "leaf": "AA==", "proof": ""}]},
        {"entries": [{"index": 1, "leaf": "nothing!", "proof": ""}]},
    ],
)
def test_a_bundle_of_another_form_is_refused(change: dict[str, object]) -> None:
    stream = {"stream": str(CLIP), "count": 1, "head_leaf_hash": "0" * 64, "tree_size": 2}
    entry = {"index": 1, "leaf": "AA==", "proof": "x"}
    whole = {"origin": ORIGIN, "vkey": "k", "checkpoint": "c", "stream": stream}
    assert Bundle.model_validate(whole | {"entries": [entry]})
    with pytest.raises(ValidationError):
        Bundle.model_validate(whole | {"entries": [entry]} | change)
