"""./dev tells what it can do, starts fast, and asks for no more than it says."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
import typer.main

from liuhen.cli import app

ROOT = Path(__file__).parents[2]
START_MAX_S = 2.0
"""Far above the measured 0.1 s of a second start, far below any set-up."""


def dev(*words: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [str(ROOT / "dev"), *words],
        cwd=cwd,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_dev_alone_lists_every_verb_of_the_product() -> None:
    listed = {line.split()[0] for line in dev().stdout.splitlines() if line.startswith("  ")}
    command = typer.main.get_command(app)
    verbs: set[str] = set(getattr(command, "commands", {}))
    assert verbs
    assert verbs <= listed
    handled = re.findall(
        r"^  ([a-z-]+)\)", (ROOT / "dev").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert listed - verbs == set(handled)


def test_a_second_start_sets_nothing_up(tmp_path: Path) -> None:
    dev("adr")
    began = time.monotonic()
    refused = dev("adr", cwd=tmp_path, HOME=str(tmp_path))
    assert time.monotonic() - began < START_MAX_S
    assert refused.stderr == 'usage: ./dev adr "TITLE"\n'
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_python_is_told_so_in_one_line(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("dev", "requirements.lock", "pyproject.toml"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "find", "sed", "cut"):
        found = next(Path(p) / name for p in os.defpath.split(":") if (Path(p) / name).exists())
        (tools / name).symlink_to(found)
    refused = subprocess.run(  # noqa: S603 - our own command
        [str(tools / "sh"), str(copy / "dev"), "test"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == "dev: python3 is missing: install Python 3.11 or newer\n"


@pytest.mark.parametrize("verb", ["no-such-verb", "--version"])
def test_a_verb_nobody_knows_is_refused(verb: str) -> None:
    assert dev(verb).returncode == 2
