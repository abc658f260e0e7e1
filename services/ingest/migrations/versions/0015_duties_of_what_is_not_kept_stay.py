"""Duties of what is not kept stay: those that were dropped are computed anew."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index("ix_announcement_sha256", "announcement", ["sha256"])
    op.execute("""
        INSERT INTO unjudged (clip_id, agency_id)
        SELECT clip_id, agency_id FROM upload
        WHERE state IN ('terminated', 'expired', 'quarantined')
        AND clip_id IN (SELECT clip_id FROM announcement)
        AND clip_id NOT IN (SELECT clip_id FROM unjudged)
    """)
    op.execute("""
        INSERT INTO unjudged (clip_id, agency_id)
        SELECT clip_id, agency_id FROM offsite_clip
        WHERE clip_id NOT IN (SELECT clip_id FROM upload)
        AND clip_id NOT IN (SELECT clip_id FROM unjudged)
    """)
