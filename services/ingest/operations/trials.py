"""Whether a proxy before us hands bodies on as they come, or only when it has all of them.

Where it collects them, a film that is cut begins anew each time and no progress is ever seen. Who
sets a proxy up sends half a body, asks over another connection how much has come, and sends the
rest. Nothing of it is kept.
"""

from collections.abc import AsyncIterable
from contextlib import suppress
from uuid import UUID

from common.auth import Requester
from ingest.errors import ConnectionCutError
from ingest.operations.context import Context


async def receive(
    ctx: Context, who: Requester, trial_id: UUID, pieces: AsyncIterable[bytes]
) -> int:
    """Count a body and forget it; return its length.

    Raises:
        BusyError: too many do so at once.
    """
    key = (who.subject, trial_id)
    with ctx.trials.begin(key):
        with suppress(ConnectionCutError):
            async for piece in pieces:
                ctx.trials.came(key, len(piece))
        return ctx.trials.so_far(key)


def so_far(ctx: Context, who: Requester, trial_id: UUID) -> int:
    """How much of it has come by now.

    Raises:
        TrialUnknownError: none such of the requester's is under way in this process.
    """
    return ctx.trials.so_far((who.subject, trial_id))
