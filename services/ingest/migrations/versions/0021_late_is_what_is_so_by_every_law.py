"""A duty may be disputed; a clip keeps when it was first told of; what is on record is judged anew.

Not only what is open: of two versions of a duty, the one that was done hid the one that was not.
"""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    disputed = sa.Column("is_disputed", sa.Boolean, server_default=sa.false(), nullable=False)
    op.add_column("duty", disputed)
    op.add_column("announcement", sa.Column("told_at", UtcDateTime, nullable=True))
    op.execute("""
        UPDATE announcement SET told_at = (
            SELECT created_at FROM upload WHERE upload.clip_id = announcement.clip_id
        )
    """)
    op.execute("""
        INSERT INTO unjudged (clip_id, agency_id)
        SELECT clip_id, agency_id FROM upload
        WHERE clip_id IN (SELECT clip_id FROM announcement)
        AND clip_id NOT IN (SELECT clip_id FROM unjudged)
    """)
    op.execute("""
        INSERT INTO unjudged (clip_id, agency_id)
        SELECT clip_id, agency_id FROM offsite_clip
        WHERE clip_id NOT IN (SELECT clip_id FROM upload)
        AND clip_id NOT IN (SELECT clip_id FROM unjudged)
    """)
