"""Going round what is on record of clips and is yet to be told to the store of objects."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from anyio import to_thread
from sqlmodel import Session

from common.loops import Wake
from ingest.operations.context import Context

FIRST: Final = UUID(int=0)
PAGE_MAX: Final = 100


class OfClip(Protocol):
    """Something on record of one clip."""

    @property
    def clip_id(self) -> UUID: ...


T = TypeVar("T", bound=OfClip)


class Rounds(Generic[T]):
    """A loop's step: by ids of clips, page after page, and after the last from the first again.

    So what cannot be told now is come back to, and keeps nothing behind it waiting.
    """

    def __init__(
        self,
        ctx: Context,
        idle: Wake,
        page: Callable[[Session, UUID, int], Sequence[T]],
        tell: Callable[[T], bool],
    ) -> None:
        """Begin before the first; `page` gives some of what comes after an id."""
        self._ctx = ctx
        self._idle = idle
        self._page = page
        self._tell = tell
        self._after = FIRST

    async def step(self, wait_s: float = 0) -> int:
        """Tell of some, and say of how many.

        Raises:
            StoreAwayError: the store can be told of none now; they stay on record.
        """
        done = 0
        for one in await to_thread.run_sync(self._next):
            done += await to_thread.run_sync(self._tell, one)
            self._after = one.clip_id
        if not done:
            await self._idle.pause(wait_s)
        return done

    def _next(self) -> Sequence[T]:
        with self._ctx.db.snapshot() as session:
            page = self._page(session, self._after, PAGE_MAX)
            return page or self._page(session, FIRST, PAGE_MAX)
