"""Verifies an evidence folder offline. One file, Python 3.8 or later, nothing to install.

校验证据文件夹:单个文件,只需 Python 3.8 及以上,不联网,不安装任何软件。

    python verify.py [FOLDER 文件夹] [--vkey KEY-OR-FILE 日志公钥或公钥文件]

Exit code 退出码: 0 verified 通过 · 1 failed 不通过 · 2 cannot check 无法校验.

It travels alone with the evidence, so it imports nothing of the product and writes out again what
it needs of RFC 6962, RFC 8032 and the C2SP formats: a second reading of them, apart on purpose.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple, NoReturn, cast

FORMAT = "liuhen-evidence/1"
STORED, REQUESTED = "ingest.clip.stored.v1", "access.export.requested.v1"
TEXT_MAX_BYTES, LEAF_MAX_BYTES, DIGITS_MAX = 64 << 10, 65_535, 18
# What bounds the memory: an entry is two files, a file about 180 bytes of the manifest. 100 000
# entries take 200 MB, and nothing that a folder holds can make it a gigabyte.
ENTRIES_MAX = 150_000
FILES_MAX = 2 * ENTRIES_MAX + 100
MANIFEST_MAX_BYTES, PARTS_MAX = 220 * FILES_MAX, 4 * FILES_MAX
ENTRY_FILE = re.compile(r"audit/entries/(0|[1-9][0-9]{0,17})\.json")
PROOF_FILE = re.compile(r"audit/proofs/(0|[1-9][0-9]{0,17})\.tlog-proof")
OTHER_FILE = re.compile(
    r"note\.txt|verify\.py|originals/[^/]+|audit/(checkpoint|log\.vkey|stream\.json)"
)
FOLDERS = {"originals", "audit", "audit/entries", "audit/proofs", "__pycache__"}
SAFE_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
OWN_CACHE = re.compile(r"__pycache__/verify\.cpython-[0-9]{2,4}\.pyc")
LOG_NAME = re.compile(r"[!-*,-~]{1,200}")
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
KEY_SIZE, SIGNATURE_SIZE, HASH_SIZE = 32, 64, 32
KEY_UNPROVED = (
    "日志公钥取自本文件夹,未与外部核对,请用 --vkey"
    " / the log's key is the folder's own, compared with nothing: give --vkey"
)
ONLY_LISTED = (
    "文字说明、制作时间和本程序:仅由清单列出,而清单没有签名"
    " / the note, the dates and this program: only listed by the manifest, which is unsigned;"
    " compare the manifest's SHA-256 with the one in the log"
)
NOT_PROVED = (
    "最后一条之后没有新的记录 / that the clip has no later entry: the count is the operator's word",
    "每一次操作都曾报到日志 / that every act was announced to the log at all",
    "入库之前内容的真实性,以及时间 / the truth of the content before it was stored, and the times",
    "日志对所有人出示同一历史 / that everybody is shown the same log: no witness has signed",
    ONLY_LISTED,
)


class Failed(Exception):  # noqa: N818 - what it says
    """A check that did not pass: in which file, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


class CannotCheck(Exception):  # noqa: N818 - what it says
    """There is nothing here that could be checked."""


class Listed(NamedTuple):
    """A file of the manifest."""

    sha256: str
    size_bytes: int


class Manifest(NamedTuple):
    """What the folder says of itself."""

    export_id: str
    clip_id: str
    case_id: object
    origin: str
    vkey: str
    files: dict[str, Listed]


class Head(NamedTuple):
    """A checkpoint whose signature was verified."""

    note: bytes
    origin: str
    size: int
    root: bytes


class Entry(NamedTuple):
    """What is needed of an entry that was proved to be in the log: little, as there are many."""

    where: str
    leaf_hash: str
    stream_number: int
    stream_previous: str  # empty: none
    stored: str  # the SHA-256 of the original, where the entry says that one was stored
    asks: bool  # for this very export


def main(arguments: list[str]) -> int:
    """Check what the command line names and return the exit code."""
    parser = argparse.ArgumentParser(description="校验证据文件夹 / verify an evidence folder")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--vkey", help="另行取得的日志公钥 / the log's key, got elsewhere")
    options = parser.parse_args(arguments)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:  # a console without Chinese letters must not stop us
        reconfigure(errors="backslashreplace")
    say("留痕证据校验 / Liuhen evidence verifier")
    try:
        failures = verify(options.folder, trusted_key(options.vkey))
    except (CannotCheck, OSError) as error:
        say(f"结果 RESULT: 无法校验 CANNOT CHECK: {error}")
        return 2
    for failure in failures:
        say(f"[不通过 FAILED] {failure}")
    say("结果 RESULT: " + ("不通过 FAILED" if failures else "通过 VERIFIED"))
    return 1 if failures else 0


def verify(folder: Path, vkey: str) -> list[Failed]:
    """Return every failure found; what passes is said at once. `vkey` may be empty."""
    failures: list[Failed] = []
    try:
        manifest = read_manifest(folder)
        failures += wrong_files(folder, manifest)
        head = check_checkpoint(folder, manifest, vkey)
        entries, wrong = check_entries(folder, manifest, head)
        failures += wrong
        if not wrong:
            check_chain(folder, manifest, head, entries)
            check_originals(manifest, entries)
            check_request(entries)
    except Failed as failure:
        failures.append(failure)
    if not failures:
        for line in ([] if vkey else [KEY_UNPROVED]) + list(NOT_PROVED):
            say(f"[未证明 NOT PROVED] {line}")
    return failures


def trusted_key(given: str | None) -> str:
    """Return the key the caller trusts, read from a file when a file is named."""
    if given is None:
        return ""
    key = given.strip()
    if "+" not in key and Path(given).is_file():
        with Path(given).open("rb") as file:
            key = file.read(TEXT_MAX_BYTES).decode("utf-8", "replace").strip()
    try:
        parse_vkey("--vkey", key)
    except Failed:  # never taken for "no key was given": then anybody's would do
        raise CannotCheck(
            "--vkey 既不是公钥也不是公钥文件 / --vkey is no key, nor a file of one"
        ) from None
    return key


def read_manifest(folder: Path) -> Manifest:
    """Read manifest.json and refuse any path that could lead out of the folder."""
    where = "manifest.json"
    if not (folder / where).is_file():
        raise CannotCheck("没有 manifest.json / there is no manifest.json")
    raw = read(folder, where, MANIFEST_MAX_BYTES)
    whole = as_object(where, parse_json(where, raw))
    if whole.get("format") != FORMAT:
        raise Failed(where, f"格式不是 {FORMAT} / another format")
    log = as_object(where, whole.get("log"))
    files: dict[str, Listed] = {}
    taken = {where}  # in lower case, as some file systems see them
    for line in as_list(where, whole.get("files")):
        add_listed(files, taken, as_object(where, line))
    say(f"[清单 MANIFEST] SHA-256 {hashlib.sha256(raw).hexdigest()}")
    return Manifest(
        export_id=text(where, whole, "export_id", UUID),
        clip_id=text(where, whole, "clip_id", UUID),
        case_id=whole.get("case_id"),
        origin=text(where, log, "origin"),
        vkey=text(where, log, "vkey"),
        files=files,
    )


def add_listed(files: dict[str, Listed], taken: set[str], line: dict[str, object]) -> None:
    """Add a line of the manifest, unless its path is a trick on some file system."""
    where = "manifest.json"
    path = text(where, line, "path", SAFE_PATH)
    if any(DEVICE.fullmatch(part) or part.endswith(".") for part in path.split("/")):
        raise Failed(where, f"不安全的路径 / unsafe path: {path}")
    if path.lower() in taken:
        raise Failed(where, f"不应列出或重复列出 / listed twice, or not to be listed: {path}")
    taken.add(path.lower())
    files[path] = Listed(text(where, line, "sha256", SHA256), number(where, line, "size_bytes"))


def wrong_files(folder: Path, manifest: Manifest) -> list[Failed]:
    """Compare every file with the manifest, and the manifest with every file."""
    present = walk(folder)
    wrong = [Failed(ascii(p), "不在清单中 / not listed") for p in present - set(manifest.files)]
    for path, listed in manifest.files.items():
        if not any(shape.fullmatch(path) for shape in (ENTRY_FILE, PROOF_FILE, OTHER_FILE)):
            wrong.append(Failed(path, "不应在证据文件夹中 / no part of an evidence folder"))
        elif path not in present:
            wrong.append(Failed(path, "缺失 / missing"))
        elif digest(folder, path, listed.size_bytes) != listed.sha256:
            wrong.append(Failed(path, "内容已改变 / changed: size or SHA-256 differs"))
    if not wrong:
        say(f"[已证明 PROVED] 清单所列 {len(present)} 个文件完整 / all listed files are unchanged")
    return wrong


def walk(folder: Path) -> set[str]:
    """Every file below the folder but the manifest; links are refused, never followed."""
    found: set[str] = set()
    for place in ("", *sorted(FOLDERS)):
        if not (folder / place).is_dir():
            continue
        with os.scandir(folder / place) as names:
            for one in names:
                path = f"{place}/{one.name}" if place else one.name
                is_folder, is_file = one.is_dir(follow_symlinks=False), one.is_file()
                if one.is_symlink() or not (is_folder or is_file):
                    raise Failed(ascii(path), "不是普通文件 / not a plain file")
                if is_folder and path not in FOLDERS:
                    raise Failed(ascii(path), "不应在证据文件夹中 / no part of an evidence folder")
                if is_file and not OWN_CACHE.fullmatch(path):
                    found.add(path)
                if len(found) > FILES_MAX:
                    raise Failed("manifest.json", "文件过多 / too many files")
    return found - {"manifest.json"}


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


def parse_vkey(where: str, line: str) -> tuple[str, bytes]:
    """Read `name+key id+base64` of an Ed25519 key."""
    name, _, rest = line.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = unbase64(where, encoded)
    if not LOG_NAME.fullmatch(name) or len(key) != 1 + KEY_SIZE or key[:1] != b"\x01":
        raise Failed(where, "不是公钥 / not a verifier key")
    if hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        raise Failed(where, "公钥编号不符 / wrong key id")
    return name, key[1:]


def open_checkpoint(where: str, note: bytes, origin: str, public_key: bytes) -> Head:
    """Return what the log signed. Other signers' lines are ignored; a wrong one of its own is not.

    Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
    """
    head, _, lines = note.rpartition(b"\n\n")
    signed = head + b"\n"
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + public_key).digest()[:4]
    own = [line for line in signatures(where, lines) if line[:2] == (origin.encode(), key_id)]
    if not own:
        raise Failed(where, "没有该日志的签名 / not signed by the log")
    if not all(ed25519_made(public_key, signature, signed) for _, _, signature in own):
        raise Failed(where, "签名不符 / the signature is wrong")
    name, size, root, *_ = [*signed.decode("utf-8", "replace").split("\n"), "", ""]
    if name != origin or not SIZE.fullmatch(size) or len(unbase64(where, root)) != HASH_SIZE:
        raise Failed(where, "不是该日志的检查点 / not a checkpoint of this log")
    return Head(note, origin, int(size), unbase64(where, root))


def signatures(where: str, lines: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Name, key id and signature of every line below a note; none of them is believed yet."""
    found: list[tuple[bytes, bytes, bytes]] = []
    if not lines.endswith(b"\n"):
        raise Failed(where, "不是签名文本 / not a signed note")
    for line in lines[:-1].split(b"\n"):
        match = re.fullmatch("— ([^ ]+) ([^ ]+)".encode(), line)
        if not match:
            raise Failed(where, "不是签名行 / not a signature line")
        blob = unbase64(where, match.group(2).decode("ascii", "replace"))
        found.append((match.group(1), blob[:4], blob[4:]))
    return found


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


def read_proof(where: str, raw: bytes, index: int, head: Head) -> list[bytes]:
    """Return the hashes of a proof made for this index under this very checkpoint.

    Source: c2sp.org/tlog-proof.
    """
    proof, _, note = raw.partition(b"\n\n")
    lines = proof.decode("ascii", "replace").split("\n")
    if lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {index}"]:
        raise Failed(where, "不是该条记录的证明 / not a proof for this entry")
    if note != head.note:
        raise Failed(where, "所附检查点不同 / carries another checkpoint")
    hashes = [unbase64(where, line) for line in lines[2:]]
    if any(len(hash_) != HASH_SIZE for hash_ in hashes):
        raise Failed(where, "哈希长度有误 / a hash of another length")
    return hashes


def climb(where: str, proof: list[bytes], index: int, size: int, leaf_hash: bytes) -> bytes:
    """Return the root that a proof of exactly the right length leads to (RFC 9162, 2.1.3.2)."""
    if index >= size:
        raise Failed(where, "序号超出日志 / the index is outside the log")
    node, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise Failed(where, "证明过长 / the proof is too long")
        if node & 1 or node == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    if last:
        raise Failed(where, "证明过短 / the proof is too short")
    return found


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


def check_originals(manifest: Manifest, entries: list[Entry]) -> None:
    """Prove that the original is, byte for byte, what the log says was stored."""
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
    say("[已证明 PROVED] 原件与入库时的摘要一致 / the original is what was stored")


def check_request(entries: list[Entry]) -> None:
    """Prove that asking for this very export, of this clip and case, is itself on record."""
    if not any(entry.asks for entry in entries):
        raise Failed("manifest.json", "日志中没有本次导出的申请 / this export was never requested")
    say("[已证明 PROVED] 本次导出的申请已在日志中 / the request for this export is on record")


def digest(folder: Path, path: str, size_bytes: int) -> str:
    """SHA-256 of a file of exactly this size; of another size, nothing."""
    found = hashlib.sha256()
    if (folder / path).stat().st_size != size_bytes:
        return ""
    with (folder / path).open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            found.update(chunk)
    return found.hexdigest()


def read(folder: Path, path: str, limit: int, manifest: Manifest | None = None) -> bytes:
    """Read a small file, one that the manifest lists if a manifest is given."""
    full = folder / path
    if (manifest and path not in manifest.files) or not full.is_file():
        raise Failed(path, "缺失 / missing")
    if full.is_symlink() or full.stat().st_size > limit:
        raise Failed(path, "过大或是链接 / too large, or a link")
    with full.open("rb") as file:
        return file.read(limit + 1)


def parse_json(where: str, raw: bytes) -> object:
    """Parse JSON that has one meaning: no repeated names, no floats, no huge numbers.

    A parsed value takes up to twenty times its text, so that too many are refused unparsed.
    """

    def refuse(_: str) -> NoReturn:
        raise ValueError

    def whole(digits: str) -> int:
        return int(digits) if len(digits) <= DIGITS_MAX else refuse(digits)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("")

    if sum(raw.count(mark) for mark in (b",", b"[", b"{")) > PARTS_MAX:
        raise Failed(where, "内容过多 / too much in it")
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_int=whole,
            parse_float=refuse,
            parse_constant=refuse,
            object_pairs_hook=once,
        )
    except (ValueError, RecursionError):
        raise Failed(where, "不是规范的 JSON / not acceptable JSON") from None


def as_object(where: str, value: object) -> dict[str, object]:
    """Return `value` if it is a JSON object."""
    if not isinstance(value, dict):
        raise Failed(where, "应为 JSON 对象 / not a JSON object")
    return cast("dict[str, object]", value)


def as_list(where: str, value: object) -> list[object]:
    """Return `value` if it is a JSON array of a bearable length."""
    if not isinstance(value, list) or len(cast("list[object]", value)) > FILES_MAX:
        raise Failed(where, "应为 JSON 数组 / not a JSON array")
    return cast("list[object]", value)


def text(where: str, of: dict[str, object], name: str, shape: re.Pattern[str] | None = None) -> str:
    """Return a string of a JSON object, in the shape it must have."""
    value = of.get(name)
    if not isinstance(value, str) or (shape and not shape.fullmatch(value)):
        raise Failed(where, f"{name} 有误 / malformed: {ascii(value)[:80]}")
    return value


def number(where: str, of: dict[str, object], name: str) -> int:
    """Return a whole number of a JSON object that is not negative."""
    value = of.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Failed(where, f"{name} 有误 / malformed")
    return value


def unbase64(where: str, encoded: str) -> bytes:
    """Decode base64 that is written in the one way there is."""
    try:
        decoded = base64.b64decode(encoded.encode("ascii"), validate=True)
    except ValueError:
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != encoded:
        raise Failed(where, "base64 有误 / malformed base64")
    return decoded


def say(line: str) -> None:
    """Print a line, on any console."""
    sys.stdout.write(line + "\n")


# Ed25519 (RFC 8032, 5.1), verification only: points as (X, Y, Z, T) on the twisted Edwards curve.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def ed25519_made(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether `public_key` signed `message`."""
    key = decode_point(public_key)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != SIGNATURE_SIZE or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    found = add(times(scalar, base or NEUTRAL), times(challenge, minus_key))
    return encode_point(found) == signature[:32]


def add(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Sum of two points (RFC 8032, 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """`scalar` times a point. Takes as long as the scalar says: nothing here is secret."""
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def encode_point(point: tuple[int, int, int, int]) -> bytes:
    """A point as 32 bytes."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(encoded: bytes) -> tuple[int, int, int, int] | None:
    """The point these 32 bytes stand for, if they stand for one (RFC 8032, 5.1.3)."""
    sign, y = encoded[31] >> 7, int.from_bytes(encoded, "little") & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
