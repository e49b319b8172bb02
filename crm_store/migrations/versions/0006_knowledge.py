"""Knowledge articles and their full-text index."""

import sqlalchemy as sa
from alembic import op

from crm_store.models import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The index follows the table by triggers, so that whoever changes an article keeps it right.
SQLITE = (
    "CREATE VIRTUAL TABLE knowledge_fts USING fts5(title, body, tags,"
    " content='knowledge_articles', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2', prefix='3 4')",
    "CREATE TRIGGER knowledge_fts_insert AFTER INSERT ON knowledge_articles BEGIN"
    " INSERT INTO knowledge_fts(rowid, title, body, tags)"
    " VALUES (new.id, new.title, new.body, new.tags); END",
    "CREATE TRIGGER knowledge_fts_delete AFTER DELETE ON knowledge_articles BEGIN"
    " INSERT INTO knowledge_fts(knowledge_fts, rowid, title, body, tags)"
    " VALUES ('delete', old.id, old.title, old.body, old.tags); END",
    "CREATE TRIGGER knowledge_fts_update AFTER UPDATE ON knowledge_articles BEGIN"
    " INSERT INTO knowledge_fts(knowledge_fts, rowid, title, body, tags)"
    " VALUES ('delete', old.id, old.title, old.body, old.tags);"
    " INSERT INTO knowledge_fts(rowid, title, body, tags)"
    " VALUES (new.id, new.title, new.body, new.tags); END",
)
# Both languages use the plain dictionary and prefix search, so that both databases find the same.
POSTGRESQL = (
    "CREATE FUNCTION akrab_knowledge(title text, body text, tags text) RETURNS tsvector"
    " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN"
    " setweight(to_tsvector('simple'::regconfig, title), 'A')"
    " || setweight(to_tsvector('simple'::regconfig, tags), 'B')"
    " || setweight(to_tsvector('simple'::regconfig, body), 'D')",
    "CREATE INDEX ix_knowledge_articles_search ON knowledge_articles"
    " USING gin (akrab_knowledge(title, body, tags))",
)


def upgrade() -> None:
    op.create_table(
        "knowledge_articles",
        sa.Column("id", columns.BigInt, nullable=False),
        sa.Column("slug", columns.CleanText(), nullable=False),
        sa.Column("language", columns.CleanText(), nullable=False),
        sa.Column("title", columns.CleanText(), nullable=False),
        sa.Column("body", columns.CleanText(), nullable=False),
        sa.Column("tags", columns.CleanText(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_articles")),
        sa.UniqueConstraint("slug", "language", name=op.f("uq_knowledge_articles_slug_language")),
    )
    op.create_index(
        "ix_knowledge_articles_language", "knowledge_articles", ["language"], unique=False
    )
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE knowledge_fts")
    op.drop_table("knowledge_articles")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION akrab_knowledge(text, text, text)")
