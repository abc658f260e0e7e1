"""What reads films can do nothing else. Method: real processes that confine themselves and try."""

import json
import logging
import os
import platform
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.adapters import confined, seccomp
from ingest.adapters.confinement import Limits
from ingest.adapters.probe_process import LIMITS, ProbeProcess
from ingest.domain.facts import UNDECODABLE

LINUX = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in seccomp.MACHINES,
    reason="a second fence is there on Linux only, and on two machines",
)
TRY = """
import errno, os, socket, sys, threading
from ingest.adapters.confinement import Limits, confine
before = socket.socket(fileno=0)
others = os.getppid()
missing = confine(Limits(cpu_s=10, wall_s=10, memory_bytes=2**30, output_bytes=2**16))
def tried(act):
    try:
        return act() and "done"
    except OSError as error:
        return errno.errorcode[error.errno]
def thread():
    it = threading.Thread(target=lambda: None)
    it.start()
    it.join()
    return True
print(missing, *map(tried, (ACTS)))
"""


def tried(*acts: str) -> str:
    """What comes of acts in a confined process whose input is a socket that was open before."""
    code = TRY.replace("ACTS", "".join(f"lambda: {act}," for act in acts))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as before:
        done = subprocess.run(  # noqa: S603 - our own interpreter and text
            [sys.executable, "-c", code],
            stdin=before.fileno(),
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout.strip()


@LINUX
def test_files_output_memory_and_time_are_limited() -> None:
    code = (
        "from ingest.adapters.confinement import *\n"
        "confine(Limits(cpu_s=9, wall_s=9, memory_bytes=2**30, output_bytes=99))\n"
        "print(flush=True)\n"
        "input()\n"
    )
    limits = (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)
    with subprocess.Popen(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        said = [resource.prlimit(process.pid, limit)[1] for limit in limits]
        said += resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        process.communicate(b"\n")
    assert said == [9, 2**30, 99, 3, 3]


@LINUX
def test_even_a_socket_that_was_open_before_connects_to_nobody() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        said = tried(f"before.connect(('127.0.0.1', {port}))", "socket.socket()")
    assert said == "[] EPERM EPERM"


@LINUX
def test_no_file_is_opened_changed_or_removed_by_its_name(tmp_path: Path) -> None:
    film = tmp_path / "original"
    film.write_bytes(b"film")
    acts = (f"open('{film}')", f"os.unlink('{film}')", f"os.rename('{film}', '{film}2')")
    acts += (f"os.truncate('{film}', 0)", f"os.chmod('{film}', 0o777)", f"os.mkdir('{film}3')")
    assert tried(*acts) == "[]" + " EPERM" * 6
    assert film.read_bytes() == b"film"


@LINUX
def test_no_process_is_started_or_disturbed() -> None:
    assert (
        tried(
            "os.fork()",
            "os.execv(sys.executable, ['python'])",
            "os.posix_spawn(sys.executable, ['python'], {})",
            "os.kill(others, 0)",
        )
        == "[] EPERM EPERM EPERM EPERM"
    )


@LINUX
def test_decoders_may_work_in_threads() -> None:
    assert tried("thread()") == "[] done"


@LINUX
def test_nothing_is_missing_here(caplog: pytest.LogCaptureFixture) -> None:
    confined.warn_of_what_is_missing.cache_clear()
    confined.warn_of_what_is_missing()
    assert caplog.messages == []


def test_what_a_machine_does_not_enforce_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An interpreter that confines nothing stands for a machine that cannot."""
    lax = tmp_path / "python"
    lax.write_text('#!/bin/sh\necho \'["system calls", "processes"]\'\n')
    lax.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(lax))
    caplog.set_level(logging.WARNING)
    confined.warn_of_what_is_missing.cache_clear()
    confined.warn_of_what_is_missing()
    confined.warn_of_what_is_missing()
    assert caplog.messages == ["films' readers are limited less here"]
    assert caplog.records[0].__dict__["missing"] == json.loads('["system calls", "processes"]')
    confined.warn_of_what_is_missing.cache_clear()


def test_a_probe_that_hangs_is_killed_by_its_alarm() -> None:
    reading, writing = os.pipe()  # a film that never comes
    with os.fdopen(reading, "rb") as film:
        limits = Limits(1, 1, LIMITS.memory_bytes, LIMITS.output_bytes)
        process = ProbeProcess(film, limits)
        facts = process.wait(30)
    os.close(writing)
    process.close()
    assert facts == UNDECODABLE


def test_a_process_that_is_closed_works_no_longer() -> None:
    reading, writing = os.pipe()  # a film that never comes
    with os.fdopen(reading, "rb") as film:
        process = ProbeProcess(film)
        assert process.wait(0) is None
        process.close()
    with pytest.raises(BrokenPipeError):  # nobody reads it any more
        os.write(writing, b"film")
    os.close(writing)
