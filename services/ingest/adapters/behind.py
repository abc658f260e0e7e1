"""Work that one request has done in another thread while it goes on itself."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context


class Behind:
    """One piece of work at a time; to be closed."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._work: Future[None] | None = None

    def begin(self, work: Callable[[], None]) -> None:
        """Have it done, for whom the request acts, once what was begun before is.

        Raises:
            Exception: whatever that raised; nothing new is begun then.
        """
        self.finish()
        self._work = self._threads.submit(copy_context().run, work)

    def finish(self) -> None:
        """Return when what was begun is done.

        Raises:
            Exception: whatever it raised; once.
        """
        work = self._work
        if work:
            wait([work])
            self._work = None
            work.result()

    def close(self) -> None:
        """Wait until nothing is done any more, however it ended."""
        if self._work:
            wait([self._work])
