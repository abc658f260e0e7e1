"""Lists what an agency announced, arrived or not."""

from collections.abc import Sequence
from uuid import UUID

from common.auth import Requester
from ingest.domain.listing import Listed, Wanted
from ingest.operations.context import Context
from ingest.store import listing


def list_clips(
    ctx: Context, who: Requester, wanted: Wanted, after: UUID | None, limit: int
) -> Sequence[Listed]:
    """The clips of the requester's agency that fit, the last announced first.

    A cursor that names no clip of the agency begins at the first page: of another agency's clip
    nothing is learned by it.
    """
    with ctx.db.snapshot() as session:
        return listing.page(session, who.agency_id, wanted, after, limit)
