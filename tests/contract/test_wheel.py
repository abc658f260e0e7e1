"""The wheel alone is the whole product: no repository, no other folder, nothing undeclared."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Final
from zipfile import ZipFile

import httpx
import pytest

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 120
SERVICES: Final = sorted(path.parent.name for path in (ROOT / "services").glob("*/app.py"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree as it stands."""
    place = tmp_path_factory.mktemp("dist")
    words = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)  # noqa: S603 - our own
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of an environment are that holds the wheel and what it asks for.

    The versions are the lock's; they come from uv's cache, which ./dev filled, or else from the
    package index. The lock only constrains, so a dependency the wheel does not declare is missing.
    """
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)  # noqa: S603 - our own
    words = ["-m", "uv", "pip", "install", "--quiet", "--python", str(venv / "bin" / "python")]
    lock = ["--constraints", str(ROOT / "requirements.lock"), str(wheel)]
    for source in (["--offline"], [], [], []):
        tried = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *words, *source, *lock], capture_output=True, text=True, check=False
        )
        if tried.returncode == 0:
            return venv / "bin"
    pytest.fail(f"the wheel cannot be installed:\n{tried.stderr}")


def run(bin_folder: Path, room: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in an empty folder, knowing of nothing else."""
    return subprocess.run(  # noqa: S603 - our own command
        [str(bin_folder / words[0]), *words[1:]],
        cwd=room,
        env=alone(bin_folder, room),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def alone(bin_folder: Path, room: Path) -> dict[str, str]:
    """An environment without a trace of the repository or of this test's own interpreter."""
    kept = {name: os.environ[name] for name in ("LANG", "SSL_CERT_FILE") if name in os.environ}
    return kept | {"PATH": str(bin_folder), "HOME": str(room), "TMPDIR": str(room)}


@contextmanager
def liuhen_up(bin_folder: Path, room: Path) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """The wheel's `liuhen up` on an empty data folder; yields the process and its address."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(bin_folder / "liuhen"), "up", "--data", str(room / "data"), "--port", port]
    with (
        (room / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=room, env=alone(bin_folder, room), stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def is_ready(process: subprocess.Popen[bytes], address: str) -> bool:
    """Ask until the product says that it is ready; the connection's own retries do the waiting."""
    ends_at = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=address, transport=httpx.HTTPTransport(retries=4)) as client:
        while process.poll() is None and time.monotonic() < ends_at:
            try:
                if client.get("/readyz").status_code == 200:
                    return True
            except httpx.TransportError:
                continue
    return False


def test_the_wheel_holds_the_product_and_nothing_of_the_workshop(wheel: Path) -> None:
    with ZipFile(wheel) as files:
        names = set(files.namelist())
    assert {f"{name}/migrations/versions/0001_start.py" for name in SERVICES} <= names
    assert {"common/py.typed", "contracts/topics.py", "tlog/verify.py", "liuhen/cli.py"} <= names
    law = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policies").rglob("*.yaml")}
    assert law
    assert law <= names
    tops = {name.split("/")[0] for name in names}
    workshop = {"tests", "tools", "bench", "services", "libs", "docs"}
    assert not tops & workshop
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_the_environment_knows_nothing_of_the_repository(bin_folder: Path, tmp_path: Path) -> None:
    told = run(bin_folder, tmp_path, "python", "-c", "import liuhen, sys; print(liuhen, sys.path)")
    assert told.returncode == 0, told.stderr
    assert str(ROOT) not in told.stdout


def test_the_wheel_alone_runs_the_product(bin_folder: Path, tmp_path: Path) -> None:
    with liuhen_up(bin_folder, tmp_path) as (process, address):
        assert is_ready(process, address), (tmp_path / "log").read_text()


def test_the_wheel_alone_tells_the_whole_story(bin_folder: Path, tmp_path: Path) -> None:
    told = run(bin_folder, tmp_path, "liuhen", "demo", "--json", "story.json")
    assert told.returncode == 0, told.stdout + told.stderr
    steps = json.loads((tmp_path / "story.json").read_text(encoding="utf-8"))["steps"]
    assert steps
    assert [step for step in steps if step["result"] != "ok"] == []
