"""The verifier that leaves with the evidence: what it proves, what it refuses, what it admits."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.evidence import CLIP, EXPORT, OTHER_CLIP, Evidence, Json, evidence, flipped
from tests.support.verifier import verify
from tlog.note import LocalSigner, sign

Say = Callable[..., tuple[int, str]]
ENTRIES = (1, 2, 7, 8, 10)
"""Where the clip's entries stand; the request for the export is the one but last."""
FILES = [
    f"originals/{CLIP}.mp4",
    "note.txt",
    "verify.py",
    "audit/checkpoint",
    "audit/log.vkey",
    "audit/stream.json",
    *(f"audit/entries/{index}.json" for index in ENTRIES),
    *(f"audit/proofs/{index}.tlog-proof" for index in ENTRIES),
]


def failed(answer: tuple[int, str], *named: str) -> None:
    code, out = answer
    assert code == 1, out
    assert "结果 RESULT: 不通过 FAILED" in out
    assert any(f"[不通过 FAILED] {name}:" in out for name in named), out


def test_sound_evidence_is_verified_and_says_what_was_proved(it: Evidence, says: Say) -> None:
    code, out = says(it, "--vkey", it.vkey)
    assert code == 0, out
    assert out.count("已证明 PROVED") == 6
    assert "通过 VERIFIED" in out
    assert "共 11 条" in out
    assert "第 1 至 5 条" in out


def test_it_says_what_was_not_proved(it: Evidence, says: Say) -> None:
    _, out = says(it, "--vkey", it.vkey)
    assert all(f"[未证明 NOT PROVED] {line}" in out for line in verify.NOT_PROVED)
    assert verify.KEY_UNPROVED not in out


def test_without_a_key_from_elsewhere_it_says_that_the_key_is_not_proved(
    it: Evidence, says: Say
) -> None:
    code, out = says(it)
    assert code == 0
    assert verify.KEY_UNPROVED in out


def test_the_key_may_come_from_a_file(it: Evidence, says: Say, tmp_path: Path) -> None:
    (tmp_path / "trusted").write_text(it.vkey + "\n")
    assert says(it, "--vkey", str(tmp_path / "trusted"))[0] == 0


def test_evidence_under_another_log_key_is_refused(tmp_path: Path, says: Say) -> None:
    sound = evidence(tmp_path / "sound")
    forged = evidence(tmp_path / "forged", Ed25519PrivateKey.generate())
    assert says(forged)[0] == 0  # whole in itself: hence the warning above
    failed(says(forged, "--vkey", sound.vkey), "audit/log.vkey")


@pytest.mark.parametrize("path", FILES)
def test_a_flipped_bit_in_any_file_is_found_and_the_file_is_named(
    it: Evidence, says: Say, path: str
) -> None:
    size = len((it / path).read_bytes())
    for at in {0, size // 2, size - 1}:
        it.rewrite(path, lambda raw, at=at: flipped(raw, at))
        failed(says(it), path)
        it.rewrite(path, lambda raw, at=at: flipped(raw, at))
    assert says(it)[0] == 0


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith(("audit", "orig"))])
def test_a_flipped_bit_is_found_though_the_manifest_was_made_to_fit(
    it: Evidence, says: Say, path: str
) -> None:
    size = len((it / path).read_bytes())
    for at in range(0, size - 1, max(1, size // 40)):
        it.rewrite(path, lambda raw, at=at: flipped(raw, at))
        it.relist()
        failed(says(it), path, path.replace("proofs", "entries").replace("tlog-proof", "json"))
        it.rewrite(path, lambda raw, at=at: flipped(raw, at))


def test_a_flipped_bit_in_the_manifest_is_found(it: Evidence, says: Say) -> None:
    it.rewrite("manifest.json", lambda raw: flipped(raw, 0))
    failed(says(it), "manifest.json")


def test_a_missing_an_added_and_a_linked_file_are_found(it: Evidence, says: Say) -> None:
    (it / "note.txt").rename(it / "added.txt")
    for named in ("note.txt", "'added.txt'"):
        failed(says(it), named)
    (it / "added.txt").unlink()
    (it / "note.txt").symlink_to(it / "verify.py")
    failed(says(it), "'note.txt'")


def test_what_python_leaves_beside_the_verifier_is_no_addition(it: Evidence, says: Say) -> None:
    (it / "__pycache__").mkdir()
    (it / "__pycache__/verify.cpython-38.pyc").write_bytes(b"")
    assert says(it)[0] == 0
    for name in ("more.pyc", "verify.FORGED.mp4.pyc"):
        (it / "__pycache__" / name).write_bytes(b"")
        failed(says(it), f"'__pycache__/{name}'")
        (it / "__pycache__" / name).unlink()


@pytest.mark.parametrize(
    "path",
    [
        *(f"{place}forged.mp4" for place in ("", "original/", "Originals/", "originals/more/")),
        *("note-2.txt", "originals.mp4", "audit/note.txt", "audit/entries/more/1.json"),
    ],
)
def test_a_film_beside_the_originals_is_refused_though_the_manifest_lists_it(
    it: Evidence, says: Say, path: str
) -> None:
    (it / path).parent.mkdir(exist_ok=True)
    (it / path).write_bytes(b"A FORGED FILM")
    it.relist()
    failed(says(it, "--vkey", it.vkey), path, *(f"'{it_}'" for it_ in above(path)))


def above(path: str) -> list[str]:
    return [part.as_posix() for part in Path(path).parents]


def test_a_file_listed_under_another_letter_case_is_no_part(it: Evidence, says: Say) -> None:
    (it / "note.txt").rename(it / "NOTE.txt")
    it.relist()
    failed(says(it), "NOTE.txt")


def test_another_folder_is_refused_though_it_is_empty(it: Evidence, says: Say) -> None:
    (it / "extra").mkdir()
    failed(says(it), "'extra'")


@pytest.mark.parametrize(
    "path",
    [
        *("../outside", "/etc/passwd", "a/../b", "a//b", "./a", "a/", "", "a\\b", "C:x", "a\n"),
        *("con", "originals/NUL.mp4", "lpt1", "a.", ".hidden", "片.mp4", "manifest.json"),
        *("Note.TXT", "note.txt"),
    ],
)
def test_paths_that_play_tricks_are_refused(it: Evidence, says: Say, path: str) -> None:
    line = {"path": path, "sha256": "0" * 64, "size_bytes": 0}
    it.rewrite_json("manifest.json", lambda manifest: manifest["files"].append(line))
    failed(says(it), "manifest.json")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"size_bytes": ', '"size_bytes": 1' + "0" * 30),
        ('"size_bytes": ', '"size_bytes": -'),
        ('"size_bytes": ', '"size_bytes": 1.0, "x": '),
        ('"made_at": ', f'"clip_id": "{CLIP}", "made_at": '),
        ('"made_at": ', '"x": NaN, "made_at": '),
        ('"made_at": ', '"x": %s, "made_at": ' % ("[" * 100_000)),
        ('"files": [', '"files": 7, "x": ['),
        ('"log": {', '"log": 7, "x": {'),
        ('"files": [', '"files": [7,'),
        ("liuhen-evidence/1", "liuhen-evidence/9"),
        (str(EXPORT), "not an id"),
    ],
)
def test_a_manifest_that_could_mislead_is_refused(
    it: Evidence, says: Say, old: str, new: str
) -> None:
    it.rewrite("manifest.json", lambda raw: raw.replace(old.encode(), new.encode(), 1))
    failed(says(it), "manifest.json")


@pytest.mark.parametrize("path", ["audit/checkpoint", "audit/log.vkey", "audit/stream.json"])
def test_huge_texts_are_refused_unread(it: Evidence, says: Say, path: str) -> None:
    it.rewrite(path, lambda raw: raw + b" " * 70_000)
    it.relist()
    failed(says(it), path)


def test_a_huge_manifest_is_refused_unread(it: Evidence, says: Say) -> None:
    os.truncate(it / "manifest.json", verify.MANIFEST_MAX_BYTES + 1)
    failed(says(it), "manifest.json")


def drop_entry(it: Evidence, index: int) -> None:
    (it / f"audit/entries/{index}.json").unlink()
    (it / f"audit/proofs/{index}.tlog-proof").unlink()


def claim(it: Evidence, **said: object) -> None:
    it.rewrite_json("audit/stream.json", lambda stream: stream.update(said))


def test_an_entry_left_out_breaks_the_chain(it: Evidence, says: Say) -> None:
    drop_entry(it, 2)
    claim(it, count=4)
    it.relist()
    failed(says(it), "audit/entries/7.json")


def test_the_first_entry_cannot_be_left_out(it: Evidence, says: Say) -> None:
    drop_entry(it, 1)
    claim(it, count=4)
    it.relist()
    failed(says(it), "audit/entries/2.json")


def test_the_request_and_what_follows_cannot_be_left_out(it: Evidence, says: Say) -> None:
    cut_after(it, 7)
    failed(says(it), "manifest.json")


def test_what_follows_the_request_can_be_left_out_and_the_verifier_says_so(
    it: Evidence, says: Say
) -> None:
    cut_after(it, 8)
    code, out = says(it)
    assert code == 0
    assert "最后一条之后没有新的记录" in verify.NOT_PROVED[0]
    assert verify.NOT_PROVED[0] in out


def test_an_end_cut_off_without_touching_the_count_is_found(it: Evidence, says: Say) -> None:
    drop_entry(it, 10)
    it.relist()
    failed(says(it), "audit/stream.json")


def cut_after(it: Evidence, last: int) -> None:
    """Leave out the clip's end and claim that it was never there."""
    first_gone = ENTRIES[ENTRIES.index(last) + 1]
    following: Json = json.loads((it / f"audit/entries/{first_gone}.json").read_bytes())
    claim(it, count=ENTRIES.index(last) + 1, head_leaf_hash=following["stream_previous"])
    for index in ENTRIES[ENTRIES.index(last) + 1 :]:
        drop_entry(it, index)
    it.relist()


@pytest.mark.parametrize(
    "said",
    [
        {"count": 6},
        {"count": 5.0},
        {"count": True},
        {"stream": str(OTHER_CLIP)},
        {"head_leaf_hash": "0" * 64},
        {"head_leaf_hash": None},
        {"tree_size": 12},
        {"tree_size": "11"},
    ],
)
def test_a_claim_about_the_chain_that_does_not_fit_is_refused(
    it: Evidence, says: Say, said: Json
) -> None:
    claim(it, **said)
    it.relist()
    failed(says(it), "audit/stream.json")


def test_an_entry_without_its_proof_is_refused(it: Evidence, says: Say) -> None:
    (it / "audit/proofs/2.tlog-proof").unlink()
    it.relist()
    failed(says(it), "audit/proofs/2.tlog-proof")


def test_nothing_else_may_lie_among_the_proofs(it: Evidence, says: Say) -> None:
    (it / "audit/entries/02.json").write_bytes(b"{}")
    it.relist()
    failed(says(it), "audit/entries/02.json")


@pytest.mark.parametrize("part", ["audit/checkpoint", "audit/log.vkey", "audit/stream.json"])
def test_evidence_without_a_part_of_its_proof_is_refused(
    it: Evidence, says: Say, part: str
) -> None:
    (it / part).unlink()
    it.relist()
    failed(says(it), part)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n\n", b"\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\n"),
        (b"\n\n", b"\nAAAA\n\n"),
        (b"index 1\n", b"index 2\n"),
        (b"index 1\n", b"index 01\n"),
        (b"index 1\n", b"extra AAAA\nindex 1\n"),
        (b"proof@v1", b"proof@v2"),
        (b"\n11\n", b"\n12\n"),
    ],
)
def test_a_proof_of_something_else_is_refused(
    it: Evidence, says: Say, old: bytes, new: bytes
) -> None:
    it.rewrite("audit/proofs/1.tlog-proof", lambda raw: raw.replace(old, new, 1))
    it.relist()
    failed(says(it), "audit/proofs/1.tlog-proof")


def test_a_proof_with_a_hash_less_is_refused(it: Evidence, says: Say) -> None:
    lines = (it / "audit/proofs/1.tlog-proof").read_text().split("\n", 3)
    (it / "audit/proofs/1.tlog-proof").write_text("\n".join([*lines[:2], lines[3]]))
    it.relist()
    failed(says(it), "audit/proofs/1.tlog-proof", "audit/entries/1.json")


def replace_checkpoint(it: Evidence, note: bytes) -> None:
    """Put another checkpoint everywhere, with a manifest that fits."""
    old = (it / "audit/checkpoint").read_bytes()
    for path in it.paths():
        if path == "audit/checkpoint" or path.startswith("audit/proofs/"):
            it.rewrite(path, lambda raw: raw.replace(old, note))
    it.relist()


STRANGER = LocalSigner("witness.example", Ed25519PrivateKey.generate())


def test_signatures_of_strangers_are_ignored(it: Evidence, says: Say) -> None:
    note = (it / "audit/checkpoint").read_bytes()
    text = note.split(b"\n\n")[0].decode() + "\n"
    replace_checkpoint(it, note + sign(text, [STRANGER]).split(b"\n\n")[1])
    assert says(it)[0] == 0
    replace_checkpoint(it, sign(text, [STRANGER]))
    failed(says(it), "audit/checkpoint")


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(it: Evidence, says: Say) -> None:
    note = (it / "audit/checkpoint").read_bytes()
    replace_checkpoint(it, note.replace(b"\n11\n", b"\n12\n"))
    failed(says(it), "audit/checkpoint")


@pytest.mark.parametrize(
    "line", [b"no signature\n", "— a\n".encode(), "— a AAAA=\n".encode(), b"x"]
)
def test_a_checkpoint_with_anything_but_signatures_is_refused(
    it: Evidence, says: Say, line: bytes
) -> None:
    replace_checkpoint(it, (it / "audit/checkpoint").read_bytes() + line)
    failed(says(it), "audit/checkpoint")


def test_the_key_in_the_folder_must_be_the_one_of_the_manifest(it: Evidence, says: Say) -> None:
    it.rewrite_json("manifest.json", lambda m: m["log"].update(vkey=STRANGER.verifier.text))
    failed(says(it), "audit/log.vkey")


def test_the_key_must_be_that_of_the_log(it: Evidence, says: Say) -> None:
    it.rewrite_json("manifest.json", lambda manifest: manifest["log"].update(origin="other"))
    failed(says(it), "audit/log.vkey")


def test_of_a_changed_film_nothing_is_said_to_be_proved(it: Evidence, says: Say) -> None:
    assert "the original is what was stored" in says(it)[1]
    (it / f"originals/{CLIP}.mp4").write_bytes(b"another film")
    assert "the original is what was stored" not in says(it)[1]


def test_another_film_is_not_what_was_stored(it: Evidence, says: Say) -> None:
    (it / f"originals/{CLIP}.mp4").write_bytes(b"another film")
    it.relist()
    failed(says(it), f"originals/{CLIP}.mp4")


def test_the_film_may_not_be_missing_nor_one_be_added(it: Evidence, says: Say) -> None:
    (it / "originals/second.mp4").write_bytes(b"another film")
    it.relist()
    failed(says(it), "originals/second.mp4")
    for name in ("second", CLIP):
        (it / f"originals/{name}.mp4").unlink()
    it.relist()
    failed(says(it), "audit/entries/1.json")


@pytest.mark.parametrize("name", ["export_id", "case_id"])
def test_another_export_or_case_was_never_requested(it: Evidence, says: Say, name: str) -> None:
    it.rewrite_json("manifest.json", lambda manifest: manifest.update({name: str(OTHER_CLIP)}))
    failed(says(it), "manifest.json")


def test_evidence_of_another_clip_is_not_of_this_one(it: Evidence, says: Say) -> None:
    it.rewrite_json("manifest.json", lambda manifest: manifest.update(clip_id=str(OTHER_CLIP)))
    failed(says(it), "audit/entries/1.json")
