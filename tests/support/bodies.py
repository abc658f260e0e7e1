"""A request's body that comes piece by piece, as a test has it."""

from collections.abc import AsyncIterator, Iterator


class InPieces:
    """Each piece lies there alone, until it is taken."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._here = b""

    async def more(self) -> bool:
        self._here = await anext(self._pieces, b"")
        return bool(self._here)

    def here(self) -> Iterator[memoryview]:
        here, self._here = self._here, b""
        if here:
            yield memoryview(here)
