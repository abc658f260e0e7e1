"""The wheel alone is the whole product: no repository, no other folder, nothing undeclared."""

import json
import os
import re
import shutil
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
IMAGE: Final = ROOT / "deploy" / "image"
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
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of the image's environment are, made as the image makes it.

    From what Docker is given of the tree and by the image's own script. The lock only constrains,
    so a dependency the wheel does not declare is missing.
    """
    source, venv = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("venv")
    for given in (IMAGE / "Dockerfile.dockerignore").read_text().splitlines():
        if given.startswith("!"):
            place = source / given[1:]
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / given[1:]).is_dir() else shutil.copy
            copy(ROOT / given[1:], place)
    command = ["/bin/sh", str(source / "deploy/image/install.sh"), str(source), str(venv)]
    said = ""
    for _ in range(3):  # a package index may be away for a moment
        tried = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
        if tried.returncode == 0:
            return venv / "bin"
        said = tried.stderr
    pytest.fail(f"the product cannot be installed:\n{said}")


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
    assert {
        "common/py.typed",
        "contracts/topics.py",
        "verifier/program.py",
        "liuhen/cli.py",
    } <= names
    law = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policies").rglob("*.yaml")}
    assert law
    assert law <= names
    tops = {name.split("/")[0] for name in names}
    workshop = {"tests", "tools", "bench", "services", "libs", "docs"}
    assert not tops & workshop
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_the_image_is_what_its_script_makes_and_runs_as_nobody_of_the_machine() -> None:
    text = (IMAGE / "Dockerfile").read_text(encoding="utf-8")
    assert "RUN sh /source/deploy/image/install.sh /source /opt/liuhen\n" in text
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases[0])
    assert "USER 10001:10001\n" in text
    assert 'ENTRYPOINT ["liuhen"]\n' in text


def test_the_environment_needs_no_writing_when_it_runs(bin_folder: Path, tmp_path: Path) -> None:
    told = run(bin_folder, tmp_path, "liuhen", "serve", "--help")
    assert told.returncode == 0, told.stderr
    packages = next(bin_folder.parent.glob("lib/python3*/site-packages"))
    for name in SERVICES:
        assert list((packages / name / "__pycache__").glob("app.*.pyc"))


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
