"""Another command knows a stack by what the first wrote down: who runs, what they say, the end."""

import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tools.engines.kafka import Cluster
from tools.engines.postgres import Postgres
from tools.engines.s3 import Store
from tools.engines.server import Server, start_all
from tools.stack import __main__ as command
from tools.stack import running
from tools.stack.engines import Engines
from tools.stack.stack import Stack

SAYS = 'for line in $(seq 60); do echo "line $line"; done; touch "$0.ready"; exec tail -f /dev/null'


@pytest.fixture
def servers(tmp_path: Path) -> Generator[list[Server]]:
    started = [_server(tmp_path, name) for name in ("engine", "catalog")]
    start_all(started)
    yield started
    for server in started:
        server.kill()


@pytest.fixture
def stack(tmp_path: Path, servers: list[Server], monkeypatch: pytest.MonkeyPatch) -> Stack:
    folder = tmp_path / "stack"
    folder.mkdir()
    engine = servers[0]
    engines = Engines(Cluster([], ""), Postgres(engine, 0, ""), Store(engine, 0, ""))
    raised = Stack(folder, "http://127.0.0.1:1", engines, [], servers)
    running.remember(raised)
    monkeypatch.setattr(command, "FOLDER", folder)
    return raised


@pytest.fixture
def say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run `./dev stack` with these words; how it ended, what it said, and of what it complained."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stack", *words])
        ended = command.main()
        said = capsys.readouterr()
        return ended, said.out, said.err

    return run


def test_status_tells_who_runs_and_who_does_not_any_more(
    stack: Stack, say: Callable[..., tuple[int, str, str]]
) -> None:
    engine, catalog = stack.servers
    catalog.kill()
    ended, out, _ = say("status")
    address, *lines = out.splitlines()
    assert (ended, address) == (0, stack.address)
    assert [line.split()[:3] for line in lines] == [
        ["runs", str(engine.pid), "engine"],
        ["ENDED", str(catalog.pid), "catalog"],
    ]


def test_logs_show_the_end_of_one_log(
    stack: Stack,  # noqa: ARG001 - it runs
    say: Callable[..., tuple[int, str, str]],
) -> None:
    ended, out, _ = say("logs", "catalog")
    assert ended == 0
    assert out.splitlines() == [f"line {number}" for number in range(11, 61)]
    ended, _, err = say("logs", "katalog")
    assert (ended, err) == (2, "stack: no process katalog: ./dev stack status names them\n")


def test_down_ends_everything_and_removes_what_it_kept(
    stack: Stack, say: Callable[..., tuple[int, str, str]]
) -> None:
    assert say("down") == (0, "", "")
    assert [server.process and server.process.wait(1) for server in stack.servers] == [-15, -15]
    assert not stack.folder.exists()
    for verb in ("status", "down"):
        assert say(verb) == (2, "", "stack: no stack runs: ./dev stack up starts one\n")


def test_a_second_stack_is_refused_while_the_first_runs(
    stack: Stack, say: Callable[..., tuple[int, str, str]]
) -> None:
    with pytest.raises(running.NotRunningError, match="runs already"):
        running.refuse_second(stack.folder)
    for server in stack.servers:
        server.kill()
    running.refuse_second(stack.folder)
    assert say("status")[0] == 2


def _server(folder: Path, name: str) -> Server:
    script = folder / name
    script.write_text(SAYS)
    ready = script.with_suffix(".ready")
    return Server(name, ["sh", str(script)], script.with_suffix(".log"), ready.exists)
