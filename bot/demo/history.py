"""Two years of purchases, points, complaints and conversations for the invented people.

Pure: rows as plain dicts with `customer` (an index into the people) instead of ids.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.demo.dialogues import COMPLAINTS, DIALOGUES
from bot.demo.ledger import Card
from bot.demo.people import Person

Row = dict[str, Any]
RUPIAH_PER_POINT = 10_000


@dataclass(frozen=True, slots=True)
class Life:
    """What one person did. `lines` are per purchase; `talk` is (channel kind, messages)."""

    purchases: list[Row] = field(default_factory=list)
    lines: list[list[Row]] = field(default_factory=list)
    card: Card | None = None
    complaints: list[Row] = field(default_factory=list)
    talks: list[tuple[str, list[tuple[str, str, datetime]]]] = field(default_factory=list)
    visits: list[tuple[str, str, datetime]] = field(default_factory=list)


def live(person: Person, catalogue: Mapping[str, Any], rng: random.Random, now: datetime) -> Life:
    """Play one person's two years forward, ending before `now`."""
    life = Life(card=Card() if person.member else None)
    start = datetime.combine(person.joined, time(3, 0), tzinfo=UTC)
    for at in _moments(rng, start, now, round(person.zeal * 16) + 1):
        _buy(life, catalogue, rng, at, now)
    if life.card:
        _redeem(life.card, catalogue["rewards"], rng, now)
        life.card.expire(now)
    if life.purchases and rng.random() < 0.09:
        life.complaints.append(_complain(rng, life.purchases[-1], now))
    for at in _moments(rng, start, now, round(person.zeal * 5)):
        life.talks.append((_spoken_on(person, rng), list(_talk(person, rng, at))))
    for at in _moments(rng, start, now, rng.choice((0, 0, 1))):
        kind = rng.choice(("visit", "call"))
        life.visits.append((kind, "Melihat-lihat di toko" if kind == "visit" else "Telepon", at))
    return life


def _moments(rng: random.Random, start: datetime, end: datetime, count: int) -> list[datetime]:
    """`count` times of day when shops are open, in order."""
    days = max(1, (end - start).days - 1)
    chosen = sorted(rng.randrange(days) for _ in range(count))
    return [
        start + timedelta(days=day, hours=rng.uniform(0, 10), seconds=index)
        for index, day in enumerate(chosen)
    ]


def _buy(
    life: Life, catalogue: Mapping[str, Any], rng: random.Random, at: datetime, now: datetime
) -> None:
    products: Sequence[Row] = catalogue["products"]
    weights = [1_000_000 / product["price"] for product in products]
    chosen = rng.choices(products, weights, k=rng.choice((1, 1, 1, 2, 3)))
    store = rng.choice(catalogue["stores"])
    total = sum(product["price"] for product in chosen)
    age = now - at
    life.lines.append(
        [
            {
                "sku": product["sku"],
                "name": product["name"],
                "category": product["category"],
                "quantity": 1,
                "price": product["price"],
            }
            for product in chosen
        ]
    )
    status = "delivered" if age > timedelta(days=5) else rng.choice(("paid", "packed", "shipped"))
    life.purchases.append(
        {
            "source": "pos",
            "status": status,
            "total": total,
            "channel": rng.choice(("store", "store", "whatsapp", "web")),
            "store": store["name"],
            "courier": "Kurir Sinar" if status in ("shipped", "delivered") else None,
            "tracking": f"KS{rng.randrange(10**8):08d}" if status == "shipped" else None,
            "expected_at": at + timedelta(days=4),
            "at": at,
            "updated_at": at,
        }
    )
    if life.card and total >= RUPIAH_PER_POINT:
        life.card.expire(at)
        life.card.earn(total // RUPIAH_PER_POINT, at, "Belanja", f"purchase:{len(life.purchases)}")


def _redeem(card: Card, rewards: Sequence[Row], rng: random.Random, now: datetime) -> None:
    """Some members redeem something in the last month; never before their last earning."""
    last = max((lot.earned_at for lot in card.lots), default=now)
    at = last + (now - last) * rng.random()
    reward = rng.choice(rewards)
    if rng.random() < 0.35:
        card.spend(reward["cost"], at, reward["name"], f"reward:{reward['code']}")


def _complain(rng: random.Random, purchase: Row, now: datetime) -> Row:
    category, product, description, wish = rng.choice(COMPLAINTS)
    opened = min(purchase["at"] + timedelta(days=rng.randint(1, 20)), now - timedelta(hours=2))
    is_open = now - opened < timedelta(days=12)
    closed = None if is_open else min(opened + timedelta(days=rng.randint(1, 10)), now)
    return {
        "category": category,
        "product": product or None,
        "description": description,
        "wish": wish,
        "channel": rng.choice(("whatsapp", "email", "telegram", "store")),
        "severity": rng.choice(("low", "normal", "normal", "high")),
        "status": "open" if is_open else "resolved",
        "resolution": None if is_open else "Selesai ditangani teknisi",
        "satisfaction": None if is_open else rng.choice((3, 4, 4, 5, 5)),
        "due_at": opened + timedelta(days=14),
        "created_at": opened,
        "updated_at": closed or opened,
        "closed_at": closed,
    }


def _spoken_on(person: Person, rng: random.Random) -> str:
    kinds = ["whatsapp" if person.whatsapp else "sms"]
    if person.telegram:
        kinds.append("telegram")
    return rng.choice(kinds)


def _talk(person: Person, rng: random.Random, at: datetime) -> Iterator[tuple[str, str, datetime]]:
    """(author, text, time) of one conversation."""
    for said, answered in rng.choice(DIALOGUES[person.language]):
        yield "customer", said, at
        yield "bot", answered, at + timedelta(seconds=2)
        at += timedelta(seconds=rng.randint(20, 180))
