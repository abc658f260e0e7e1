"""The entries: does each stand in the log, and do they tell of this clip and this export?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from verifier.reading import as_object, number, parse_json, read, text, unbase64
from verifier.saying import say
from verifier.shapes import (
    ENTRY_FILE,
    LEAF_MAX_BYTES,
    REQUESTED,
    SHA256,
    STORED,
    TEXT_MAX_BYTES,
    Entry,
    Failed,
    Head,
    Manifest,
)
from verifier.signed import climb, open_checkpoint, parse_vkey, read_proof


def check_checkpoint(folder: Path, manifest: Manifest, vkey: str) -> Head:
    """Verify the log's signature before anything the checkpoint says is used."""
    where = "audit/log.vkey"
    key = read(folder, where, TEXT_MAX_BYTES, manifest).decode("utf-8", "replace").strip()
    if key != manifest.vkey:
        raise Failed(where, "与清单中的公钥不同 / not the key named in the manifest")
    if vkey and key != vkey:
        raise Failed(where, "与 --vkey 不同 / not the key given by --vkey")
    origin, public_key = parse_vkey(where, key)
    if origin != manifest.origin:
        raise Failed(where, "属于另一日志 / the key of another log")
    note = read(folder, "audit/checkpoint", TEXT_MAX_BYTES, manifest)
    head = open_checkpoint("audit/checkpoint", note, origin, public_key)
    say(f"[已证明 PROVED] 检查点由 {origin} 的公钥签名,共 {head.size} 条 / the log's key signed it")
    return head


def check_entries(folder: Path, manifest: Manifest, head: Head) -> tuple[list[Entry], list[Failed]]:
    """Prove that each entry in the folder stands in the log where its name says."""
    entries: list[Entry] = []
    found = [ENTRY_FILE.fullmatch(path) for path in manifest.files]
    indexes = sorted(int(match.group(1)) for match in found if match)
    expected = {f"audit/entries/{i}.json" for i in indexes}
    expected |= {f"audit/proofs/{i}.tlog-proof" for i in indexes}
    expected |= {"audit/checkpoint", "audit/log.vkey", "audit/stream.json"}
    odd = expected ^ {path for path in manifest.files if path.startswith("audit/")}
    wrong = [Failed(path, "证明材料缺失或多余 / missing, or no part of the proof") for path in odd]
    for index in [] if wrong else indexes:
        try:
            entries.append(check_entry(folder, manifest, head, index))
        except Failed as failure:
            wrong.append(failure)
    if not wrong:
        say(f"[已证明 PROVED] {len(entries)} 条记录均在日志中 / every entry here is in the log")
    return entries, wrong


def check_entry(folder: Path, manifest: Manifest, head: Head, index: int) -> Entry:
    """Prove one entry, then read what it says."""
    where, proof = f"audit/entries/{index}.json", f"audit/proofs/{index}.tlog-proof"
    leaf = read(folder, where, LEAF_MAX_BYTES, manifest)
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    hashes = read_proof(proof, read(folder, proof, TEXT_MAX_BYTES, manifest), index, head)
    if climb(proof, hashes, index, head.size, leaf_hash) != head.root:
        raise Failed(where, f"证明 {proof} 不成立 / is not what the log holds there")
    said = as_object(where, parse_json(where, leaf))
    if said.get("v") != 1 or said.get("origin") != head.origin or said.get("number") != index:
        raise Failed(where, "版本、日志名或序号不符 / another version, log or number")
    if said.get("stream") != manifest.clip_id:
        raise Failed(where, "属于另一文件的链 / belongs to another clip")
    place, previous = number(where, said, "stream_number"), ""
    if said.get("stream_previous") is not None:
        previous = text(where, said, "stream_previous", SHA256)
    stored, asks = read_event(where, said, manifest)
    return Entry(where, leaf_hash.hex(), place, previous, stored, asks)


def read_event(where: str, said: dict[str, object], manifest: Manifest) -> tuple[str, bool]:
    """Which original an entry says was stored, if any, and whether it asks for this export."""
    type_ = as_object(where, said.get("received")).get("type")
    if type_ not in (STORED, REQUESTED):
        return "", False
    event = as_object(where, parse_json(where, unbase64(where, text(where, said, "body"))))
    if type_ == STORED:
        return text(where, event, "sha256", SHA256), False
    asked = tuple(event.get(name) for name in ("export_id", "clip_id", "case_id"))
    return "", asked == (manifest.export_id, manifest.clip_id, manifest.case_id)


def check_chain(folder: Path, manifest: Manifest, head: Head, entries: list[Entry]) -> None:
    """Prove that the clip's entries are its 1st to its k-th, none left out between."""
    where = "audit/stream.json"
    said = as_object(where, parse_json(where, read(folder, where, TEXT_MAX_BYTES, manifest)))
    previous = ""
    for place, entry in enumerate(entries, start=1):
        if entry.stream_number != place or entry.stream_previous != previous:
            raise Failed(entry.where, f"链在第 {place} 条断开 / the chain breaks here")
        previous = entry.leaf_hash
    claimed = (said.get("stream"), said.get("count"), said.get("head_leaf_hash"))
    if claimed != (manifest.clip_id, len(entries), previous or None):
        raise Failed(where, "与链不符 / does not fit the chain")
    if said.get("tree_size") != head.size:
        raise Failed(where, "与检查点不符 / does not fit the checkpoint")
    say(f"[已证明 PROVED] 该文件的第 1 至 {len(entries)} 条记录连续无缺 / the chain has no gap")


def check_originals(manifest: Manifest, entries: list[Entry], changed: set[str]) -> None:
    """Prove that the original is, byte for byte, what the log says was stored.

    Of a file that is not what the manifest lists (`changed`, their paths) nothing is proved.
    """
    stored = {entry.stored: entry for entry in entries if entry.stored}
    originals = {p: f for p, f in manifest.files.items() if p.startswith("originals/")}
    for path, listed in originals.items():
        if listed.sha256 not in stored:
            raise Failed(path, "不是日志所记入库的内容 / not what the log says was stored")
    present = {listed.sha256 for listed in originals.values()}
    for sha256, entry in stored.items():
        if sha256 not in present:
            raise Failed(
                entry.where, "所记原件不在文件夹中 / the original it speaks of is not here"
            )
    if not originals:
        raise Failed("originals", "没有原件 / there is no original")
    if not originals.keys() & changed:
        say("[已证明 PROVED] 原件与入库时的摘要一致 / the original is what was stored")


def check_request(entries: list[Entry]) -> None:
    """Prove that asking for this very export, of this clip and case, is itself on record."""
    if not any(entry.asks for entry in entries):
        raise Failed("manifest.json", "日志中没有本次导出的申请 / this export was never requested")
    say("[已证明 PROVED] 本次导出的申请已在日志中 / the request for this export is on record")
