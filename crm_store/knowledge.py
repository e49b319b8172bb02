"""Knowledge articles and their full-text search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, select, text

from crm_store.models import Article, table_of
from crm_store.prepared import Prepared
from crm_store.session import Session

WORDS = 16
CANDIDATES = 20
SNIPPET = 240
STEM = 4
TITLE, TAGS, BODY = 1.0, 0.9, 0.6
"""How much a word of the question counts by where the article has it."""
OTHER_LANGUAGE = 0.9
STOP = frozenset(
    """a an the is are am do does did i my me we you your it to of in on at for and or can could
    how what when where which who why be have has with from please this that there would like
    ada apa apakah bagaimana gimana di ke dari yang dan atau saya aku gue gw kamu anda kak min ya
    dong nih sih kok itu ini untuk buat bisa mau kapan dimana mana berapa brp dengan sama kalau
    kalo tidak gak nggak tdk jadi juga punya kalian tolong mohon""".split()
)


class Text(NamedTuple):
    """An article as it is read."""

    id: int
    slug: str
    language: str
    title: str
    body: str
    tags: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that may answer. `score` is 0 to 1: how much of the question it covers."""

    article: Text
    score: float
    stems: Sequence[str]

    @property
    def snippet(self) -> str:
        """The sentence with most of the words, as plain text."""
        sentences = re.split(r"(?<=[.!?])\s+|\n+", self.article.body.strip()) or [""]
        best = max(sentences, key=lambda one: sum(stem in one.lower() for stem in self.stems))
        return best[:SNIPPET]


def search(session: Session, query: str, language: str = "id", limit: int = 3) -> list[Hit]:
    """Articles for a question in any words; those in `language` count a little more."""
    words = content_words(query)
    if not words:
        return []
    stems = [_stem(word) for word in words]
    hits = [
        Hit(article, _score(article, stems, language), stems)
        for article in _candidates(session, stems)
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def put(
    session: Session, slug: str, language: str, *, title: str, body: str, tags: str = ""
) -> Article:
    """Add an article or change the one with this slug and language. `tags` are words."""
    article = by_slug(session, slug, language) or Article(slug=slug, language=language)
    article.title, article.body, article.tags = title, body, tags
    session.add(article)
    session.flush()
    return article


def by_slug(session: Session, slug: str, language: str) -> Article | None:
    """The article of this name in a language."""
    query = select(Article).where(Article.slug == slug, Article.language == language)
    return session.scalars(query).one_or_none()


def read(session: Session, slug: str, language: str) -> Text | None:
    """The article of this name in a language, only to be read."""
    return next(iter(_named.rows(session, {"slug": slug, "language": language})), None)


def all_of(session: Session, language: str) -> list[Article]:
    """Every article in a language, by slug."""
    query = select(Article).where(Article.language == language).order_by(Article.slug)
    return list(session.scalars(query))


def content_words(query: str) -> list[str]:
    """The words of a question worth looking for: letters and digits only, so nothing can be
    taken for search syntax."""
    words = [word.lower() for word in re.findall(r"[^\W_]+", query[:2000])]
    kept = [word for word in words if word not in STOP and len(word) > 1]
    return list(dict.fromkeys(kept))[:WORDS]


def _candidates(session: Session, stems: Sequence[str]) -> list[Text]:
    if session.connection().dialect.name == "postgresql":
        terms = " | ".join(f"{stem}:*" for stem in stems)
    else:
        terms = " OR ".join(f'"{stem}"*' for stem in stems)
    return _matching.rows(session, {"terms": terms, "most": CANDIDATES})


def _stem(word: str) -> str:
    """Words are looked for by their beginning, so that endings (-nya, -s) do not matter."""
    for ending in ("nya", "kah", "lah", "ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= STEM:
            return word[: -len(ending)]
    return word


def _score(article: Text, stems: Sequence[str], language: str) -> float:
    title, tags, body = _words(article.title), _words(article.tags), _words(article.body)
    covered = 0.0
    for stem in stems:
        beginning = f" {stem}"
        if beginning in title:
            covered += TITLE
        elif beginning in tags:
            covered += TAGS
        elif beginning in body:
            covered += BODY
    weight = 1.0 if article.language == language else OTHER_LANGUAGE
    return round(weight * covered / len(stems), 4)


@lru_cache(maxsize=2048)
def _words(value: str) -> str:
    """A text's words, each after a space; kept, as the same few articles are searched all day."""
    return "".join(f" {word}" for word in sorted(set(re.findall(r"[^\W_]+", value.lower()))))


_article = table_of(Article)
_columns = [_article.c[name] for name in Text._fields]
_matching = Prepared(
    {
        "sqlite": text(
            "SELECT knowledge_articles.id, slug, language, knowledge_articles.title,"
            " knowledge_articles.body, knowledge_articles.tags FROM knowledge_fts"
            " JOIN knowledge_articles ON knowledge_articles.id = knowledge_fts.rowid"
            " WHERE knowledge_fts MATCH :terms"
            " ORDER BY bm25(knowledge_fts, 4.0, 1.0, 3.0) LIMIT :most"
        ).columns(*_columns),
        "postgresql": text(
            "SELECT id, slug, language, title, body, tags"
            " FROM knowledge_articles, to_tsquery('simple', :terms) AS terms"
            " WHERE akrab_knowledge(title, body, tags) @@ terms"
            " ORDER BY ts_rank(akrab_knowledge(title, body, tags), terms) DESC LIMIT :most"
        ).columns(*_columns),
    },
    shape=Text,
)
_named = Prepared(
    select(*_columns).where(
        _article.c.slug == bindparam("slug"), _article.c.language == bindparam("language")
    ),
    shape=Text,
)
