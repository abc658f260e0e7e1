"""An evidence folder as access lays it out, over a small log in memory; and ways to bend it."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import domain
from audit.domain import Entry, Log, Proved, Signed
from common.bus import Record
from tests.support.clock import FrozenClock
from tests.support.ledger import CLIP, Speaker, export_requested, stored
from tlog import proof_file
from tlog.checkpoint import Checkpoint, sign_checkpoint
from tlog.merkle import Edge, NodeId
from tlog.note import LocalSigner
from tlog.proofs import prove_inclusion
from verifier import one_file

ORIGIN: Final = "log.example/1"
ORIGINAL: Final = b"the film, byte for byte" * 100
EXPORT, CASE, OTHER_CLIP = UUID(int=10), UUID(int=11), UUID(int=12)

Json = dict[str, Any]


def history() -> list[Record]:
    """What a log hears while a clip is stored, marked and exported, between other things."""
    speaker = Speaker(FrozenClock())
    clip = json.dumps({"clip_id": str(CLIP)}).encode()
    return [
        speaker.record(stored(OTHER_CLIP)),
        speaker.record(stored(sha256=sha256(ORIGINAL).hexdigest())),
        speaker.wrap("catalog.mark.added.v1", str(CLIP), clip),
        *(speaker.record(stored(UUID(int=number))) for number in range(100, 104)),
        speaker.wrap("access.request.decided.v1", str(CLIP), clip),
        speaker.record(export_requested(EXPORT, case_id=CASE)),
        speaker.record(stored(OTHER_CLIP)),
        speaker.wrap("catalog.mark.added.v1", str(CLIP), clip),
    ]


@dataclass
class Evidence:
    """A folder and the key of its log, as one would get it from elsewhere."""

    folder: Path
    vkey: str

    def __truediv__(self, path: str) -> Path:
        return self.folder / path

    def paths(self) -> list[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)

    def rewrite(self, path: str, change: Callable[[bytes], bytes]) -> None:
        file = self / path
        file.write_bytes(change(file.read_bytes()))

    def rewrite_json(self, path: str, change: Callable[[Json], object]) -> None:
        whole = json.loads((self / path).read_bytes())
        change(whole)
        (self / path).write_text(json.dumps(whole))

    def relist(self) -> None:
        """Make the manifest fit again, as whoever bends the evidence would."""
        listed = [_listed(self.folder, path) for path in self.paths() if path != "manifest.json"]
        self.rewrite_json("manifest.json", lambda manifest: manifest.update(files=listed))


def evidence(folder: Path, key: Ed25519PrivateKey | None = None) -> Evidence:
    """Lay out the folder of `history`."""
    signer = LocalSigner(ORIGIN, key or Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))
    bundle = json.loads(make_bundle(history(), signer))
    for part in ("originals", "audit/entries", "audit/proofs"):
        (folder / part).mkdir(parents=True)
    (folder / f"originals/{CLIP}.mp4").write_bytes(ORIGINAL)
    (folder / "note.txt").write_text("制作人：…")
    (folder / "verify.py").write_bytes(one_file())
    (folder / "audit/checkpoint").write_text(bundle["checkpoint"])
    (folder / "audit/log.vkey").write_text(bundle["vkey"] + "\n")
    (folder / "audit/stream.json").write_text(json.dumps(bundle["stream"]))
    for entry in bundle["entries"]:
        (folder / f"audit/entries/{entry['index']}.json").write_bytes(b64decode(entry["leaf"]))
        (folder / f"audit/proofs/{entry['index']}.tlog-proof").write_text(entry["proof"])
    manifest: Json = {
        "format": "liuhen-evidence/1",
        "export_id": str(EXPORT),
        "clip_id": str(CLIP),
        "case_id": str(CASE),
        "made_at": "2026-01-05T09:00:00Z",
        "log": {"origin": bundle["origin"], "vkey": bundle["vkey"]},
        "files": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    made = Evidence(folder, bundle["vkey"])
    made.relist()
    return made


def flipped(raw: bytes, at: int) -> bytes:
    """The same bytes with one bit changed."""
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def make_bundle(records: list[Record], signer: LocalSigner) -> bytes:
    """What audit would hand to access for these records."""
    log = Log(signer.name, Edge())
    arrivals = [domain.arrival(record, at.to_bytes(16)) for at, record in enumerate(records)]
    entries = domain.entries(log, {}, arrivals)
    edge, made = log.edge.append(entry.leaf_hash for entry in entries)
    nodes: dict[NodeId, bytes] = dict(made)
    note = sign_checkpoint(Checkpoint(signer.name, edge.size, edge.root), signer)
    signed = Signed(edge.size, edge.root, note, datetime(2026, 1, 5, tzinfo=UTC))

    def proved(entry: Entry) -> Proved:
        path = prove_inclusion(lambda ids: [nodes[i] for i in ids], entry.index, edge.size)
        return Proved(entry, proof_file.write(entry.index, path, note))

    own = [proved(entry) for entry in entries if entry.stream == str(CLIP)]
    return domain.bundle(signer.name, signer.verifier.text, signed, str(CLIP), own)


def _listed(folder: Path, path: str) -> Json:
    content = (folder / path).read_bytes()
    return {"path": path, "sha256": sha256(content).hexdigest(), "size_bytes": len(content)}
