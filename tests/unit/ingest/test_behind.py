"""What another thread does for a request is done before the request says so, or has failed."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import ContextVar
from threading import Event

import pytest

from ingest.adapters.behind import Behind


@pytest.fixture
def threads() -> Generator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as threads:
        yield threads


def test_work_begins_once_the_work_before_is_done(threads: ThreadPoolExecutor) -> None:
    done, may_end = list[str](), Event()

    def first() -> None:
        may_end.wait()
        done.append("first")

    with closing(Behind(threads)) as behind:
        behind.begin(first)
        assert done == []
        may_end.set()
        behind.begin(lambda: done.append("second"))
        behind.finish()
    assert done == ["first", "second"]


def test_what_failed_is_said_once_and_nothing_is_begun_on_top(threads: ThreadPoolExecutor) -> None:
    done = list[str]()

    def fail() -> None:
        raise OSError

    with closing(Behind(threads)) as behind:
        behind.begin(fail)
        with pytest.raises(OSError):  # noqa: PT011 - nothing else is raised here
            behind.begin(lambda: done.append("on top"))
        behind.finish()
        behind.begin(fail)
    assert done == []


@pytest.mark.parametrize("waits", [False, True], ids=["", "while its request waits for it"])
def test_nothing_is_closed_under_work_that_is_not_done(
    threads: ThreadPoolExecutor, *, waits: bool
) -> None:
    begun, may_end = Event(), Event()

    def work() -> None:
        begun.set()
        may_end.wait()

    behind = Behind(threads)
    behind.begin(work)
    begun.wait()
    waiting = threads.submit(behind.finish) if waits else None
    closed = threads.submit(behind.close)
    with pytest.raises(TimeoutError):
        closed.result(timeout=0.2)
    may_end.set()
    closed.result()
    if waiting:
        waiting.result()


def test_work_is_done_for_whom_the_request_acts(threads: ThreadPoolExecutor) -> None:
    acting = ContextVar[str]("acting")
    acting.set("an agency")
    seen = list[str]()
    with closing(Behind(threads)) as behind:
        behind.begin(lambda: seen.append(acting.get()))
        behind.finish()
    assert seen == ["an agency"]
