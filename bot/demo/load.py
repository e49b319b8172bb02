"""Load Toko Sinar into an empty store: staff, catalogue, articles, and 2,000 customers."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pwdlib import PasswordHash
from ruamel.yaml import YAML

from bot.demo import cast
from bot.demo.history import Life, live
from bot.demo.people import Person, invent
from bot.demo.rows import Writer
from crm_store import audit, bulk, knowledge
from crm_store.session import Database, Session

PASSWORD = "sinar-demo"  # noqa: S105 - printed by `akrab demo`; for the demo company only
STAFF = (
    ("rani@sinar.example", "Rani Puspita", "service", "service"),
    ("dewi@sinar.example", "Dewi Anjani", "marketer", "marketing"),
    ("tom@sinar.example", "Tom Wijaya", "service", "warehouse"),
    ("hadi@sinar.example", "Hadi Gunawan", "supervisor", "service"),
    ("sari@sinar.example", "Sari Utami", "admin", "it"),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded; `new` is False if the demo company was there already."""

    new: bool
    customers: int = 0
    purchases: int = 0
    messages: int = 0
    complaints: int = 0
    members: int = 0

    def __str__(self) -> str:
        return (
            f"{self.customers:,} customers, {self.members:,} cards, {self.purchases:,} purchases, "
            f"{self.complaints:,} complaints, {self.messages:,} messages"
        )


def load(
    db: Database, *, count: int = 2000, now: datetime | None = None, seed: int = 2026
) -> Loaded:
    """Load the demo company once; a second call changes nothing.

    The same `seed`, `count` and `now` give the same company. All in one transaction.
    """
    now = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    with db.transaction() as session:
        if audit.of_subject(session, "demo", "company"):
            return Loaded(new=False)
        catalogue = read("catalogue.yml")
        _load_company(session, catalogue)
        loaded = _load_people(session, catalogue, count, now, seed)
        audit.add(session, "system", "demo_loaded", "demo", "company", detail={"seed": seed})
        return loaded


def read(name: str) -> Any:
    """A data file of this package."""
    return YAML(typ="safe").load((files("bot.demo") / name).read_text(encoding="utf-8"))


def _load_company(session: Session, catalogue: Mapping[str, Any]) -> None:
    hashed = _hashed()
    staff = [
        {"email": email, "name": name, "role": role, "team": team, "password_hash": hashed}
        for email, name, role, team in STAFF
    ]
    bulk.insert_rows(session, "staff", staff)
    bulk.insert_rows(session, "stores", [_without(row, "code") for row in catalogue["stores"]])
    bulk.insert_rows(session, "products", [_product(row) for row in catalogue["products"]])
    bulk.insert_rows(session, "tiers", catalogue["tiers"])
    bulk.insert_rows(session, "rewards", catalogue["rewards"])
    for article in read("articles.yml"):
        for language in ("id", "en"):
            text = article[language]
            knowledge.put(
                session,
                slug=article["slug"],
                language=language,
                title=text["title"],
                body=text["body"].strip(),
                tags=article["tags"],
            )


@cache
def _hashed() -> str:
    """Made once: it takes 64 MB for a moment."""
    return PasswordHash.recommended().hash(PASSWORD)


def _without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def _product(row: Mapping[str, Any]) -> dict[str, Any]:
    """Spread the stock over the stores that are large enough to show it."""
    units = row["stock"]
    spread = {"Sinar Dago": units - units // 2, "Sinar Kelapa Gading": units // 2}
    large = row["category"] in ("kulkas", "mesin cuci", "tv", "ac")
    brand = row["name"].split(" ")[-2] if row["name"].count(" ") else None
    return {
        **row,
        "brand": brand,
        "stock": spread if units else {},
        "warranty_months": 24 if large else 12,
    }


def _load_people(
    session: Session, catalogue: Mapping[str, Any], count: int, now: datetime, seed: int
) -> Loaded:
    rng = random.Random(seed + 1)  # noqa: S311 - invented lives, not secrets
    people: list[Person] = [*cast.main_characters(now.date()), *invent(count - 2, now.date(), seed)]
    lives: list[Life] = [
        cast.life_of(person, catalogue, now) or live(person, catalogue, rng, now)
        for person in people
    ]
    writer = Writer(session, people, lives, now)
    writer.write()
    return Loaded(
        new=True,
        customers=len(people),
        purchases=sum(len(life.purchases) for life in lives),
        messages=sum(len(talk) for life in lives for _, talk in life.talks),
        complaints=sum(len(life.complaints) for life in lives),
        members=sum(life.card is not None for life in lives),
    )
