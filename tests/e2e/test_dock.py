"""A card goes to the product by the dock's own command, whatever happens on the way."""

import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from uuid import uuid5

import pytest

from dock.plan import NAMESPACE
from tests.support.docks import COLLEAGUE, OFFICER, ROOT, Dock, Ended, digest, make_dock, open_dock
from tests.support.wire import Wire

FILMS = 5
OVERHEAD_BYTES = 64 * 1024
"""Of signing in, asking and announcing: far less than a film of the card."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A product with accounts and a card with films, to be copied: making them takes long."""
    folder = tmp_path_factory.mktemp("made")
    make_dock(folder, range(1, FILMS + 1))
    return folder


@pytest.fixture
def dock(made: Path, tmp_path: Path) -> Generator[Dock]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    dock = open_dock(tmp_path)
    yield dock
    dock.product.stop()


@pytest.fixture
def wire(dock: Dock) -> Generator[Wire]:
    with Wire(dock.product.port) as wire:
        yield wire


def size(card: Path) -> int:
    return sum(path.stat().st_size for path in card.rglob("*") if path.is_file())


def test_a_whole_card_is_stored_verified_and_receipted(dock: Dock) -> None:
    (dock.card / ".hidden").write_bytes(b"x")
    (dock.card / "EMPTY.MP4").touch()
    (dock.card / "outside.MP4").symlink_to("/etc/hostname")
    ended = dock.push()
    assert ended.code == 0, ended.said
    assert dock.kept() == dock.digests()
    receipt = ended.receipt
    assert receipt["may_be_wiped"] is True
    assert receipt["gaps"] == []
    assert {file["state"] for file in receipt["files"]} == {"stored"}
    reasons = {left["path"]: left["reason"] for left in receipt["not_taken"]}
    assert reasons == {".hidden": "hidden", "EMPTY.MP4": "empty", "outside.MP4": "link"}
    first = receipt["files"][0]
    assert first["recorded_start"] == {"at": "2026-03-01T01:10:00Z", "origin": "file_name"}
    assert first["recorded_end"]["origin"] == "embedded"
    assert {claim["origin"] for claim in first["claims"]} == {"file_name", "embedded", "modified"}
    assert "存储卡可以清空" in ended.text


def test_a_folder_without_a_file_is_no_card_that_may_be_wiped(dock: Dock) -> None:
    shutil.rmtree(dock.card / "DCIM")
    (dock.card / ".hidden").write_bytes(b"x")
    ended = dock.push()
    assert (ended.code, ended.receipt["may_be_wiped"]) == (1, False)
    assert "没有找到任何文件" in ended.said
    assert "可以清空" not in ended.said + ended.text


def test_a_note_on_the_card_is_sent_and_called_no_recording(dock: Dock) -> None:
    (dock.card / "NOTE.TXT").write_text("两名执法人员", encoding="utf-8")
    ended = dock.push()
    assert (ended.code, len(ended.receipt["files"])) == (0, FILMS + 1)
    marked = [file["path"] for file in ended.receipt["files"] if file["is_no_recording"]]
    assert marked == ["NOTE.TXT"]
    assert "NOTE.TXT：从文件名看不是音像文件" in ended.said


def test_a_card_pushed_again_sends_no_film_again(dock: Dock, wire: Wire) -> None:
    first = dock.push(to=wire.address)
    assert wire.sent_bytes > size(dock.card)
    before = wire.sent_bytes
    again = dock.push(to=wire.address)
    assert (first.code, again.code) == (0, 0), again.said
    assert wire.sent_bytes - before < OVERHEAD_BYTES
    assert clip_ids(again) == clip_ids(first)


def test_films_that_are_kept_already_are_entered_without_sending_them(
    dock: Dock, wire: Wire
) -> None:
    first = dock.push()
    (dock.card / "DCIM" / "100MEDIA").rename(dock.card / "DCIM" / "101MEDIA")
    again = dock.push(to=wire.address)
    assert again.code == 0, again.said
    assert wire.sent_bytes < OVERHEAD_BYTES
    assert {file["state"] for file in again.receipt["files"]} == {"resubmitted"}
    assert [file["original_id"] for file in again.receipt["files"]] == clip_ids(first)


def test_a_film_that_once_arrived_damaged_is_sent_under_another_id(dock: Dock) -> None:
    film = min((dock.card / "DCIM").rglob("*.MP4"))
    path = str(film.relative_to(dock.card))
    client_id = uuid5(NAMESPACE, f"执法仪-0017\n{path}\n{digest(film)}")
    damaged = dock.sends(client_id, digest(film), bytes(film.stat().st_size))
    assert damaged == 422
    ended = dock.push()
    assert ended.code == 0, ended.said
    assert dock.kept() >= dock.digests()


def test_a_colleague_who_pushes_the_same_card_sends_nothing_again(dock: Dock, wire: Wire) -> None:
    first = dock.push()
    again = dock.push(to=wire.address, user=COLLEAGUE)
    assert again.code == 0, again.said
    assert wire.sent_bytes < OVERHEAD_BYTES
    assert clip_ids(again) == clip_ids(first)


def test_a_card_cut_in_the_middle_goes_on_where_it_was(dock: Dock, wire: Wire) -> None:
    wire.cut_after(size(dock.card) // 2)
    cut = dock.push("--patience", "1", to=wire.address)
    assert cut.code == 1
    assert cut.receipt["may_be_wiped"] is False
    assert "存储卡不得清空" in cut.text
    states = {file["state"] for file in cut.receipt["files"]}
    assert "failed" in states
    wire.mend()
    ended = dock.push(to=wire.address)
    assert ended.code == 0, ended.said
    assert dock.kept() == dock.digests()
    assert wire.sent_bytes < size(dock.card) + LOST_BYTES + 2 * OVERHEAD_BYTES


def test_a_killed_dock_goes_on_where_it_was(dock: Dock, wire: Wire) -> None:
    wire.cut_after(size(dock.card) // 2, holds=True)
    process = pushing(dock, wire)
    process.kill()
    process.communicate()
    assert list(dock.receipts.iterdir()) == []
    wire.mend()
    ended = dock.push(to=wire.address)
    assert ended.code == 0, ended.said
    assert dock.kept() == dock.digests()
    assert wire.sent_bytes < size(dock.card) + LOST_BYTES + 2 * OVERHEAD_BYTES


def test_a_push_outlives_its_server(dock: Dock, wire: Wire) -> None:
    wire.cut_after(size(dock.card) // 2, holds=True)
    process = pushing(dock, wire)
    dock.product.kill()
    wire.mend()
    dock.product.start()
    said, _ = process.communicate(timeout=120)
    ended = dock.ended(process.returncode, said)
    assert ended.code == 0, said
    assert dock.kept() == dock.digests()
    assert wire.sent_bytes < size(dock.card) + LOST_BYTES + 2 * OVERHEAD_BYTES


def test_a_gap_in_the_devices_numbers_is_shown(dock: Dock) -> None:
    next((dock.card / "DCIM").rglob("*_0003.MP4")).unlink()
    ended = dock.push()
    assert ended.code == 0, ended.said
    assert ended.receipt["gaps"] == [{"device_no": "执法仪-0017", "first": 3, "last": 3}]
    (told,) = dock.asks("/ingest/v1/card-reports")["items"]
    assert (told["device_no"], told["gaps"]) == ("执法仪-0017", [{"first": 3, "last": 3}])
    assert "可能存在选择取舍" in ended.said
    assert "缺 3（1 个）" in ended.text


@pytest.mark.parametrize("how", ["changed", "gone", "new"])
def test_a_card_that_changes_meanwhile_is_noticed(dock: Dock, wire: Wire, how: str) -> None:
    wire.cut_after(size(dock.card) // 3, holds=True)
    process = pushing(dock, wire)
    last = max(dock.card.rglob("*.MP4"))
    if how == "changed":
        with last.open("ab") as film:
            film.write(b"edited")
    elif how == "gone":
        last.unlink()
    else:
        last.with_name("NEW_0006.MP4").write_bytes(b"x")
    wire.mend()
    said, _ = process.communicate(timeout=120)
    ended = dock.ended(process.returncode, said)
    assert (ended.code, ended.receipt["may_be_wiped"]) == (1, False)
    assert any("有变化" in problem for problem in ended.receipt["problems"])
    failed = [file["path"] for file in ended.receipt["files"] if file["state"] == "failed"]
    assert failed == ([] if how == "new" else [str(last.relative_to(dock.card))])


def test_a_full_disk_at_the_server_leaves_the_card_as_it_is(dock: Dock) -> None:
    dock.product.stop()
    dock.product.module = "tests.support.full_disk"
    dock.product.start()
    full = dock.push("--patience", "1")
    assert full.code == 1
    assert "存储空间不足" in full.said
    assert full.receipt["may_be_wiped"] is False
    dock.product.stop()
    dock.product.module = "liuhen"
    dock.product.start()
    assert dock.push().code == 0


def test_a_wrong_password_sends_and_leaves_nothing(dock: Dock) -> None:
    refused = dock.push(password="wrong")  # noqa: S106 - it is none
    assert (refused.code, refused.receipt) == (2, None)
    assert "wrong" not in refused.said
    assert dock.kept() == set()


def test_a_server_that_is_away_sends_nothing(dock: Dock) -> None:
    dock.product.stop()
    away = dock.push()
    assert (away.code, away.receipt) == (1, None)


def test_a_token_opens_the_door_as_well(dock: Dock) -> None:
    environment = dock.environment() | {"LIUHEN_DOCK_TOKEN": dock.token()}
    del environment["LIUHEN_DOCK_USER"]
    ended = subprocess.run(  # noqa: S603 - our own command
        dock.words(dock.product.address), cwd=ROOT, env=environment, check=False
    )
    assert ended.returncode == 0
    assert dock.kept() == dock.digests()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_commands_of_the_readme_push_a_card(dock: Dock, readme: str) -> None:
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if "LIUHEN_DOCK_SERVER" in line)
    script = "\n".join(line.strip() for line in lines[first : first + 2])
    for said, meant in {
        "NAME ": f"{OFFICER} ",
        "用户名 ": f"{OFFICER} ",
        "./dev": f"{sys.executable} -m liuhen",
        "/media/CARD": str(dock.card),
        "--receipts .": f"--receipts {dock.receipts}",
    }.items():
        script = script.replace(said, meant)
    ended = subprocess.run(  # noqa: S603 - the words that we tell others
        ["/bin/sh", "-eu", "-c", script],
        cwd=ROOT,
        env=dock.environment() | {"URL": dock.product.address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "存储卡可以清空" in ended.stdout
    assert dock.kept() == dock.digests()


LOST_BYTES = 2 * 128 * 1024
"""Of two films on their way: what the kernel and the web server had not handed over."""


def clip_ids(ended: Ended) -> list[str]:
    return [file["clip_id"] for file in ended.receipt["files"]]


def pushing(dock: Dock, wire: Wire) -> subprocess.Popen[str]:
    """Begin a push, and return when as much has passed as the wire lets pass."""
    for old in dock.receipts.iterdir():
        old.unlink()
    process = subprocess.Popen(  # noqa: S603 - our own command
        dock.words(wire.address, "--parallel", "1"),
        cwd=ROOT,
        env=dock.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert wire.reached.wait(60)
    return process
