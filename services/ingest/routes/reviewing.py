"""HTTP face of reviews of quarantined films: parse, call one operation, render."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from common.events import Sha256
from common.fields import Passage
from ingest.domain.reviewing import Disputed, Finding, Review
from ingest.operations import reviewing
from ingest.routes.callers import Ctx, CustodianOrHead

router = APIRouter(prefix="/v1/clips/{clip_id}")


class ReviewIn(BaseModel):
    """What was found, and why; of damaged bytes also which clip is the recording, if one is."""

    model_config = ConfigDict(extra="forbid")

    finding: Finding
    reason: Passage
    replaced_by: UUID | None = None

    @model_validator(mode="after")
    def _replaces_what_is_damaged(self) -> Self:
        if self.replaced_by and self.finding is not Finding.DAMAGED:
            raise PydanticCustomError("not_damaged", "only damaged bytes are replaced")
        return self


class ReviewOut(BaseModel, from_attributes=True):
    """A finding, and whose."""

    review_id: UUID
    finding: Finding
    reason: str
    replaced_by: UUID | None
    reviewed_by: UUID
    reviewed_at: AwareDatetime


class QuarantineOut(BaseModel, from_attributes=True):
    """Both digests of a kept film, and every finding, the oldest first; the last one counts."""

    clip_id: UUID
    sha256: Sha256
    """Of the bytes that are kept."""
    said_sha256: Sha256 | None
    """Of what its client said; null: nobody said it."""
    said_by: UUID | None
    """Who said it after the film was announced."""
    reviews: list[ReviewOut]

    @classmethod
    def of(cls, disputed: Disputed) -> Self:
        return cls.model_validate(disputed)


@router.get("/quarantine")
def look_up(ctx: Ctx, who: CustodianOrHead, clip_id: UUID) -> QuarantineOut:
    return QuarantineOut.of(reviewing.look_up(ctx, who, clip_id))


@router.put("/quarantine/reviews/{review_id}", status_code=201)
def review(
    ctx: Ctx, who: CustodianOrHead, clip_id: UUID, review_id: UUID, body: ReviewIn
) -> ReviewOut:
    """Decide about a quarantined film: its digest was said wrongly, or its bytes are damaged."""
    said = Review(
        review_id=review_id,
        finding=body.finding,
        reason=body.reason,
        replaced_by=body.replaced_by,
        reviewed_by=who.subject,
        reviewed_at=ctx.clock.now(),
    )
    return ReviewOut.model_validate(reviewing.review(ctx, who, clip_id, said))
