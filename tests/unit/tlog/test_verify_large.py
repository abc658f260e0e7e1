"""A long history is verified like a short one, and no folder is read beyond what can be borne."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access.domain.evidence import Listed, Log, Manifest
from tests.support.clock import FrozenClock
from tests.support.evidence import CASE, CLIP, EXPORT, ORIGIN, ORIGINAL, Evidence
from tests.support.verifier import verify
from tlog import proof_file
from tlog.checkpoint import Checkpoint, sign_checkpoint
from tlog.note import LocalSigner

Say = Callable[..., tuple[int, str]]
ENTRIES = 10_100
"""More than the 20 000 files that the verifier once bore, two for each entry."""


def leaves(count: int) -> Iterator[bytes]:
    """A clip stored, asked for as an export, and then looked at again and again."""
    stored = {"sha256": sha256(ORIGINAL).hexdigest()}
    asked = {"export_id": str(EXPORT), "clip_id": str(CLIP), "case_id": str(CASE)}
    events: dict[int, tuple[str, object]] = {0: (verify.STORED, stored)}
    events[1] = (verify.REQUESTED, asked)
    previous = None
    for index in range(count):
        type_, body = events.get(index, ("access.clip.shown.v1", {}))
        said = {
            "v": 1,
            "origin": ORIGIN,
            "number": index,
            "received": {"type": type_},
            "body": verify.base64.b64encode(json.dumps(body).encode()).decode(),
            "stream": str(CLIP),
            "stream_number": index + 1,
            "stream_previous": previous,
        }
        leaf = json.dumps(said).encode()
        previous = sha256(b"\x00" + leaf).hexdigest()
        yield leaf


def levels(hashes: list[bytes]) -> list[list[bytes]]:
    """Every level of a tree, filled up to a power of two with leaves of nobody's."""
    hashes += [b"\x07" * 32] * ((1 << (len(hashes) - 1).bit_length()) - len(hashes))
    found = [hashes]
    while len(found[-1]) > 1:
        pairs = zip(found[-1][::2], found[-1][1::2], strict=True)
        found.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return found


def long_evidence(folder: Path, count: int) -> Evidence:
    signer = LocalSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))
    entries = list(leaves(count))
    tree = levels([sha256(b"\x00" + leaf).digest() for leaf in entries])
    note = sign_checkpoint(Checkpoint(ORIGIN, len(tree[0]), tree[-1][0]), signer)
    stream = {"stream": str(CLIP), "count": count, "tree_size": len(tree[0])}
    stream["head_leaf_hash"] = tree[0][count - 1].hex()
    vkey = signer.verifier.text
    files = {f"originals/{CLIP}.mp4": ORIGINAL, "audit/checkpoint": note}
    files |= {"audit/log.vkey": vkey.encode(), "audit/stream.json": json.dumps(stream).encode()}
    for index, leaf in enumerate(entries):
        path = [level[(index >> depth) ^ 1] for depth, level in enumerate(tree[:-1])]
        files[f"audit/entries/{index}.json"] = leaf
        files[f"audit/proofs/{index}.tlog-proof"] = proof_file.write(index, path, note)
    for place in ("originals", "audit/entries", "audit/proofs"):
        (folder / place).mkdir(parents=True)
    for path, content in files.items():
        (folder / path).write_bytes(content)
    (folder / "manifest.json").write_bytes(manifest(vkey, files))
    return Evidence(folder, vkey)


def manifest(vkey: str, files: dict[str, bytes]) -> bytes:
    listed = (
        Listed(path=path, sha256=sha256(content).hexdigest(), size_bytes=len(content))
        for path, content in files.items()
    )
    return Manifest(
        export_id=EXPORT,
        clip_id=CLIP,
        case_id=CASE,
        made_at=FrozenClock().now(),
        log=Log(origin=ORIGIN, vkey=vkey),
        files=tuple(listed),
    ).to_bytes()


def test_a_clip_that_was_looked_at_ten_thousand_times_is_verified(
    tmp_path: Path, says: Say
) -> None:
    it = long_evidence(tmp_path / "evidence", ENTRIES)
    code, out = says(it, "--vkey", it.vkey)
    assert code == 0, out
    assert f"第 1 至 {ENTRIES} 条" in out


def test_the_manifest_of_a_hundred_thousand_entries_and_two_hundred_films_is_read(
    tmp_path: Path,
) -> None:
    whole = json.loads(manifest(f"{ORIGIN}+0+AQ==", {}))
    numbers = range(10**6, 10**6 + 100_000)
    paths = [f"audit/entries/{number}.json" for number in numbers]
    paths += [f"audit/proofs/{number}.tlog-proof" for number in numbers]
    paths += [f"originals/{number}.mp4" for number in range(200)]
    lines = [{"path": path, "sha256": "0" * 64, "size_bytes": 65_535} for path in paths]
    (tmp_path / "manifest.json").write_text(json.dumps(whole | {"files": lines}, indent=2))
    assert len(verify.read_manifest(tmp_path).files) == len(paths)


@pytest.mark.parametrize("filling", [b"[],", b"{},", b"0,"])
def test_values_without_end_are_refused_before_they_take_memory(
    tmp_path: Path, filling: bytes
) -> None:
    hostile = b'{"x":[' + filling * (verify.MANIFEST_MAX_BYTES // 3 - 10) + b"0]}"
    (tmp_path / "manifest.json").write_bytes(hostile)
    tracemalloc.start()
    with pytest.raises(verify.Failed):
        verify.read_manifest(tmp_path)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 2 * verify.MANIFEST_MAX_BYTES


def test_a_folder_with_too_many_files_is_refused_at_the_first_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "FILES_MAX", 3)
    for number in range(4):
        (tmp_path / f"{number}").touch()
    with pytest.raises(verify.Failed, match="too many files"):
        verify.walk(tmp_path)
