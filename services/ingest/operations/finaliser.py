"""The loop that finishes what no request does: its process died, or the store was away."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AsyncExitStack
from contextvars import copy_context
from datetime import timedelta
from typing import Final

import anyio
from anyio import CancelScope, to_thread

from common.loops import Wake
from common.objects import StoreAwayError
from ingest.domain.upload import Upload
from ingest.operations.context import Context
from ingest.operations.finishing import finish
from ingest.operations.keeping import NotProvedError
from ingest.store import keeping, uploads

SLICE_S: Final = 2
"""How long the loop works before it beats again; to send 8 GiB and read them back takes minutes."""
UNFINISHED_KEPT: Final = timedelta(days=7)
"""Longer than a store is ever away, shorter than what it keeps becomes a matter of money."""
TIDIED_EVERY: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


class Finaliser:
    """Finishes films one after the other. One that cannot be stops no other."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._idle = Wake()
        self._swept = False
        self._tidy_at = ctx.clock.now()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="finaliser")
        self._waiting: list[str] = []
        self._upload_id = ""
        self._film: Future[Upload] | None = None
        """The one at which the thread is, in the upload's turn."""
        self._is_away = False
        """Whether the store gave no answer when it was last asked."""
        self._turn = AsyncExitStack()

    async def step(self, wait_s: float = 0) -> int:
        """Finish what lies there for a while; 0 when nothing of it could be.

        Raises:
            StoreAwayError: none can be now.
        """
        try:
            return await self._work(wait_s)
        except anyio.get_cancelled_exc_class():
            with CancelScope(shield=True):  # the process ends, and its folder may go to the next
                await to_thread.run_sync(self._thread.shutdown)
            raise

    async def _work(self, wait_s: float) -> int:
        await to_thread.run_sync(self._tidy)
        if not self._waiting:
            self._waiting = await to_thread.run_sync(self._left_over)
        done, until = 0, anyio.current_time() + SLICE_S
        while self._film or self._waiting:
            if self._film is None:
                await self._begin(self._waiting.pop())
                continue
            left_s = max(0, until - anyio.current_time())
            await to_thread.run_sync(wait, [self._film], left_s)
            if not self._film.done():
                if self._is_away:  # until one is kept: a store that hangs is no work done
                    raise StoreAwayError
                return done + 1
            done += await self._end(self._film)
        if not done:
            await self._idle.pause(wait_s)
        return done

    async def _begin(self, upload_id: str) -> None:
        if self._ctx.finishing.is_taken(upload_id):  # a request is at it
            return
        await self._turn.enter_async_context(self._ctx.finishing.take(upload_id))
        self._upload_id = upload_id
        self._film = self._thread.submit(copy_context().run, finish, self._ctx, upload_id)

    async def _end(self, film: Future[Upload]) -> bool:
        self._film = None
        await self._turn.aclose()
        try:
            film.result()
        except StoreAwayError:
            self._is_away = True
            self._waiting.clear()
            raise
        except NotProvedError:  # noted
            return False
        except Exception:
            logger.exception("upload cannot be finished", extra={"upload_id": self._upload_id})
            return False
        self._is_away = False
        return True

    def _left_over(self) -> list[str]:
        with self._ctx.db.snapshot() as session:
            return list(keeping.due(session, self._ctx.settings.replica, self._ctx.clock.now()))

    def _tidy(self) -> None:
        if not self._swept:
            self._sweep()
            self._swept = True
        if self._ctx.clock.now() >= self._tidy_at:
            self._tidy_at = self._ctx.clock.now() + TIDIED_EVERY
            self._forget_unfinished()

    def _sweep(self) -> None:
        """Remove the names of films that were kept or ended just before a process died."""
        for upload_id in self._ctx.spool.uploads():
            with self._ctx.db.snapshot() as session:
                upload = uploads.find_upload(session, upload_id)
            if upload is None:  # its bytes may be evidence, and no client will ask for it
                logger.error("film in the spool is not on record", extra={"upload_id": upload_id})
            elif upload.is_gone or upload.is_kept:
                self._remove(upload_id)

    def _remove(self, upload_id: str) -> None:
        try:
            self._ctx.spool.remove(upload_id)
        except OSError:  # only room is lost by it, and no film may wait for that
            logger.exception("kept film stays in the spool", extra={"upload_id": upload_id})

    def _forget_unfinished(self) -> None:
        """Have the store let go of what was begun to be sent and nobody goes on with.

        Of a film that was placed nothing is left; of one whose spool was lost something may be.
        """
        try:
            number = self._ctx.objects.forget_unfinished(self._ctx.clock.now() - UNFINISHED_KEPT)
        except Exception:  # only room is lost by it, and no film may wait for that
            logger.warning("unfinished objects stay in the store", exc_info=True)
        else:
            if number:
                logger.warning("unfinished objects were forgotten", extra={"number": number})
