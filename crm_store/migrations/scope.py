"""What the models describe, and what only the migrations do (the full-text index)."""

SEARCH = ("knowledge_fts", "ix_knowledge_articles_search")


def is_ours(name: str | None, _kind: object, _parents: object) -> bool:
    """Whether autogenerate shall compare the thing called `name`."""
    return name is None or not name.startswith(SEARCH)
