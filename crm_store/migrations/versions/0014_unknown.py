"""Messages with an unknown outcome are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
UNKNOWN = sa.text("status = 'unknown'")


def upgrade() -> None:
    op.create_index(
        "ix_messages_unknown",
        "messages",
        ["id"],
        sqlite_where=UNKNOWN,
        postgresql_where=UNKNOWN,
    )


def downgrade() -> None:
    op.drop_index("ix_messages_unknown", table_name="messages")
