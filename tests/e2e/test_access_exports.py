"""A granted copy leaves as a folder that proves itself, and every file read is on record."""

import shutil
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from access.adapters.folders import Folders
from access.store import handing_out as store
from common.service import REFUSALS_PER_MINUTE_MAX
from contracts.audit import BundleBuilt
from tests.support.house import House, settle
from tests.support.said import said, say
from tests.support.showing import (
    AGENCY,
    CLIP,
    COLLEAGUE,
    FILM,
    HANDLER,
    OTHERS,
    STRANGER,
    V1,
    asked,
    built_export,
    granted_copy,
    opened_view,
    quarantined,
    set_up,
)

BUILT, READ = "access.export.built.v1", "access.export.read.v1"
TURNED_AWAY = "access.request.turned_away.v1"


@pytest.fixture
async def h(h: House) -> House:
    await set_up(h)
    return h


def verify(folder: Path, vkey: str) -> tuple[int, str]:
    """Run the folder's own verifier with nothing of the product at hand."""
    command = [sys.executable, "-I", "-B", str(folder / "verify.py"), "--vkey", vkey, str(folder)]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own interpreter
    return ended.returncode, ended.stdout + ended.stderr


async def test_the_folder_passes_its_own_verifier_and_fails_with_one_byte_changed(
    h: House,
) -> None:
    await opened_view(h)
    export = await built_export(h)
    assert (export["state"], export["folder"]) == ("built", export["export_id"])
    folder = h.data / "exports" / export["folder"]
    vkey = (await h.call(None, "GET", "/audit/log/vkey")).text.strip()
    code, text = verify(folder, vkey)
    assert code == 0, text
    for path in (f"originals/{CLIP}.mp4", "note.txt", "audit/entries/*.json"):
        changed = h.data / "changed"
        shutil.rmtree(changed, ignore_errors=True)
        shutil.copytree(folder, changed)
        file = max(changed.glob(path))
        file.chmod(0o600)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        code, text = verify(changed, vkey)
        assert code == 1, text
        assert file.relative_to(changed).as_posix() in text


async def test_the_folder_holds_what_the_manifest_lists_and_nothing_else(h: House) -> None:
    export = await built_export(h)
    folder = h.data / "exports" / export["folder"]
    listed = {file["path"]: file for file in export["files"]}
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert set(found) == set(listed)
    for path, file in found.items():
        content = file.read_bytes()
        assert sha256(content).hexdigest() == listed[path]["sha256"]
        assert len(content) == listed[path]["size_bytes"]
        assert file.stat().st_mode & 0o777 == 0o444
    assert found[f"originals/{CLIP}.mp4"].read_bytes() == FILM
    note = found["note.txt"].read_text("utf-8")
    assert f"提取人：账号 {COLLEAGUE.subject}（执法证号 0410472）" in note
    assert "证明对象：证明现场情况" in note
    assert list((h.data / "exports" / "incoming").iterdir()) == []


async def test_reading_a_file_is_on_record(h: House) -> None:
    export = await built_export(h)
    for file in export["files"]:
        path = f"{V1}/exports/{export['export_id']}/files/{file['path']}"
        answer = await h.call(COLLEAGUE, "GET", path)
        assert sha256(answer.content).hexdigest() == file["sha256"]
        assert answer.headers["content-disposition"].startswith("attachment")
        h.ctx("access").clock.move(timedelta(minutes=1))
    assert said(h, "access").count(READ) == len(export["files"])


TRICKS = (
    *("..%2f..%2faccess.db", "%2e%2e%2f%2e%2e%2faccess.db", "%2fetc%2fpasswd", "..%5caccess.db"),
    *("originals%2f..%2fnote.txt", ".%2fnote.txt", "note.txt%00.mp4", "NOTE.TXT", "note.txt%2f"),
    *("audit", "", "%2f", "incoming"),
)


async def test_only_listed_files_can_be_read(h: House) -> None:
    export = await built_export(h)
    for path in TRICKS:
        answer = await h.call(COLLEAGUE, "GET", f"{V1}/exports/{export['export_id']}/files/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "access.export-unknown"), path
    assert said(h, "access").count(READ) == 0
    recorded = min(len(TRICKS), REFUSALS_PER_MINUTE_MAX)
    assert said(h, "access")[-recorded:] == [TURNED_AWAY] * recorded


async def test_an_export_is_its_requesters_alone(h: House) -> None:
    export = await built_export(h)
    for path in (f"{V1}/exports/%s", f"{V1}/exports/%s/files/note.txt"):
        for who in (HANDLER, STRANGER):
            hidden = await h.call(who, "GET", path % export["export_id"])
            unknown = await h.call(who, "GET", path % uuid4())
            assert (hidden.status_code, hidden.content) == (404, unknown.content)


async def test_a_folder_opens_no_longer_than_its_grant(h: House) -> None:
    export = await built_export(h)
    path = f"{V1}/exports/{export['export_id']}"
    clock, lifetime = h.ctx("access").clock, h.ctx("access").settings.grant_lifetime
    clock.move(lifetime - timedelta(seconds=1))
    assert (await h.call(COLLEAGUE, "GET", f"{path}/files/note.txt")).status_code == 200
    clock.move(timedelta(seconds=1))
    late = await h.call(COLLEAGUE, "GET", f"{path}/files/note.txt")
    assert (late.status_code, late.json()["code"]) == (403, "access.not-granted")
    assert said(h, "access")[-2:] == [READ, TURNED_AWAY]
    assert (await h.call(COLLEAGUE, "GET", path)).json()["state"] == "built"


async def test_a_folder_of_a_clip_that_was_quarantined_since_opens_no_more(h: House) -> None:
    export = await built_export(h)
    await say(h, quarantined())
    path = f"{V1}/exports/{export['export_id']}/files/note.txt"
    answer = await h.call(COLLEAGUE, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.not-granted")
    assert said(h, "access")[-1] == TURNED_AWAY


async def test_who_changed_agencies_has_no_folder_here_any_more(h: House) -> None:
    export = await built_export(h)
    gone = COLLEAGUE.model_copy(update={"agency_id": OTHERS})
    for path in ("", "/files/note.txt"):
        answer = await h.call(gone, "GET", f"{V1}/exports/{export['export_id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "access.export-unknown")
    assert said(h, "access").count(READ) == 0


async def test_only_a_granted_copy_can_be_exported(h: House) -> None:
    pending = await asked(h, COLLEAGUE, "copy", "litigation")
    body = {"key": str(uuid4()), "proves": "证明现场情况"}
    answer = await h.call(COLLEAGUE, "POST", f"{pending}/exports", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.not-granted")
    granted = await granted_copy(h)
    foreign = await h.call(HANDLER, "POST", f"{granted}/exports", body)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "access.request-unknown")
    assert "access.export.requested.v1" not in said(h, "access")


async def test_asking_again_changes_nothing_and_asking_otherwise_is_refused(h: House) -> None:
    request = await granted_copy(h)
    body = {"key": str(uuid4()), "proves": "证明现场情况"}
    first = await h.call(COLLEAGUE, "POST", f"{request}/exports", body)
    assert (first.status_code, first.json()["state"]) == (202, "waiting_for_proofs")
    assert (await h.call(COLLEAGUE, "POST", f"{request}/exports", body)).json() == first.json()
    other = await h.call(COLLEAGUE, "POST", f"{request}/exports", body | {"proves": "别的"})
    assert (other.status_code, other.json()["code"]) == (409, "access.id-taken")
    assert said(h, "access")[-1] == TURNED_AWAY
    await settle(h.app)
    assert said(h, "access").count("access.export.requested.v1") == 1
    again = await h.call(COLLEAGUE, "POST", f"{request}/exports", body)
    assert again.json()["state"] == "built"
    assert said(h, "access").count(BUILT) == 1


async def test_proofs_for_an_unknown_or_finished_export_change_nothing(h: House) -> None:
    export = await built_export(h)
    for export_id in (export["export_id"], uuid4()):
        bundle = BundleBuilt(
            agency_id=AGENCY,
            export_id=export_id,
            clip_id=CLIP,
            bundle_sha256="0" * 64,
            tree_size=1,
        )
        await say(h, bundle)
    assert said(h, "access").count(BUILT) == 1
    shown = await h.done(COLLEAGUE, "GET", f"{V1}/exports/{export['export_id']}")
    assert shown == export


async def test_of_two_builders_the_second_records_nothing(h: House) -> None:
    export = await built_export(h)
    ctx = h.ctx("access")
    with ctx.db.transaction() as session:
        again = store.set_built(session, UUID(export["export_id"]), (), ctx.clock.now())
    assert not again


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folders, export_id = Folders(tmp_path), uuid4()
    with folders.begin(export_id) as draft:
        draft.add("a/b.txt", b"half")
    assert not folders.has(export_id)
    with folders.begin(export_id) as draft:
        draft.add("a/b.txt", b"whole")
        draft.finish(b"{}")
    assert folders.has(export_id)
    assert b"".join(folders.pieces(export_id, "a/b.txt")) == b"whole"
    assert list((tmp_path / "incoming").iterdir()) == []
