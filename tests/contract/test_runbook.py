"""docs/runbook.md knows every alarm and names no command that does not exist."""

import re
from pathlib import Path

import pytest
import typer.main

from common.settings import SHARED
from liuhen.cli import app
from liuhen.services import SERVICES

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
SAID = re.compile(r"logger\.(?:error|exception|critical)\(\s*\"([^\"]+)\"")
SOURCES = [*ROOT.glob("services/**/*.py"), *ROOT.glob("libs/**/*.py"), *ROOT.glob("liuhen/**/*.py")]
ALARMS = sorted({said for path in SOURCES for said in SAID.findall(path.read_text("utf-8"))})

TIME_LIMITS = {"clock_offset_trusted_max"}
"""What is flagged and never refused."""


def test_alarms_are_found() -> None:
    assert "event parked" in ALARMS
    assert "export failed" in ALARMS


@pytest.mark.parametrize("line", ALARMS)
def test_every_alarm_in_the_log_has_its_row(line: str) -> None:
    assert f"| `{line}` |" in RUNBOOK


def test_every_figure_has_its_row() -> None:
    source = (ROOT / "libs/common/metrics.py").read_text(encoding="utf-8")
    figures = set(re.findall(r'_gauge\("([a-z_]+)"', source))
    assert figures
    assert all(f"| `liuhen_{name}` |" in RUNBOOK for name in figures)


def test_every_command_and_option_exists() -> None:
    commands = getattr(typer.main.get_command(app), "commands", {})
    for verb, rest in re.findall(r"liuhen ([a-z]+)\b([^`\n]*)", RUNBOOK):
        known = {option for one in commands[verb].params for option in one.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= known, (verb, rest)


def test_every_test_it_leans_on_exists() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    names = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    for named in re.findall(r"\btest_[a-z_]+", RUNBOOK):
        assert named in names or named in text, named


def test_every_variable_is_read_by_somebody() -> None:
    known = set(SHARED) | {
        f"LIUHEN_{service}_{field}".upper()
        for service, entry in SERVICES.items()
        for field in entry.settings.model_fields
    }
    named = set(re.findall(r"`(LIUHEN_[A-Z_]+)`", RUNBOOK))
    assert len(named) > 10
    assert named <= known


def test_every_limit_of_uploads_is_named() -> None:
    fields = SERVICES["ingest"].settings.model_fields
    limits = {field for field in fields if "_max" in field and field.endswith(("max", "max_bytes"))}
    assert all(f"`LIUHEN_INGEST_{field.upper()}`" in RUNBOOK for field in limits - TIME_LIMITS)


def test_how_one_is_locked_out_is_told_in_the_codes_own_numbers() -> None:
    fields = SERVICES["identity"].settings.model_fields
    names = ("sign_in_failures_max", "lock_minutes", "sign_in_failures_everywhere_max")
    tries, minutes, everywhere = (fields[name].default for name in names)
    assert f"{tries} wrong passwords in a row from one address" in RUNBOOK
    assert f"out of the account for {minutes} minutes" in RUNBOOK
    assert f"{everywhere} from anywhere" in RUNBOOK
