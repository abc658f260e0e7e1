"""The packs whose words count. Empty at first: their topic is read from its start."""

from common import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    migrations.rulebook_v1()
