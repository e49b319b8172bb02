"""The two customers every story is told with: Ana and Budi."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.demo.history import Life
from bot.demo.ledger import Card
from bot.demo.people import Person

ANA_PHONE = "+6281200000001"
ANA_EMAIL = "ana@surat.example"
BUDI_PHONE = "+6281200000002"


def main_characters(today: date) -> list[Person]:
    """Ana writes on WhatsApp and email and has no card yet; Budi opted out of marketing."""
    ana = Person(
        number=-1,
        name="Ana Permata",
        city="Bandung",
        language="id",
        birthday=date(1991, 4, 12),
        occupation="desainer",
        phone=ANA_PHONE,
        whatsapp=True,
        telegram=None,
        email=ANA_EMAIL,
        member=False,
        zeal=0.6,
        joined=today - timedelta(days=400),
    )
    budi = Person(
        number=-2,
        name="Budi Hartono",
        city="Cimahi",
        language="id",
        birthday=date(1984, 9, 3),
        occupation="guru",
        phone=BUDI_PHONE,
        whatsapp=True,
        telegram=None,
        email=None,
        member=True,
        zeal=0.4,
        joined=today - timedelta(days=600),
    )
    return [ana, budi]


def life_of(person: Person, catalogue: Mapping[str, Any], now: datetime) -> Life | None:
    """The told lives of the cast; None for everybody else."""
    if person.phone == ANA_PHONE:
        return _ana(catalogue, now)
    if person.phone == BUDI_PHONE:
        return _budi(catalogue, now)
    return None


def _ana(catalogue: Mapping[str, Any], now: datetime) -> Life:
    life = Life()
    _bought(life, catalogue, "KL-201", now - timedelta(days=210), "delivered")
    _bought(life, catalogue, "RC-10", now - timedelta(days=75), "delivered")
    _bought(life, catalogue, "ST-20", now - timedelta(days=2), "shipped")
    at = now - timedelta(days=209)
    life.talks.append(
        (
            "whatsapp",
            [
                ("customer", "kulkasnya jadi diantar kapan ya?", at),
                ("bot", "Besok jam 10-12, Kak Ana. Kurir menelepon dulu ya.", at),
                ("customer", "siap makasih", at + timedelta(minutes=1)),
            ],
        )
    )
    life.visits.append(("visit", "Melihat kulkas di Sinar Dago", now - timedelta(days=214)))
    return life


def _budi(catalogue: Mapping[str, Any], now: datetime) -> Life:
    life = Life(card=Card())
    assert life.card is not None
    for days, sku in ((330, "TV-43"), (120, "KA-16"), (30, "HP-A5")):
        at = now - timedelta(days=days)
        _bought(life, catalogue, sku, at, "delivered")
        life.card.earn(life.purchases[-1]["total"] // 10_000, at, "Belanja", f"sku:{sku}")
    life.card.spend(250, now - timedelta(days=10), "Voucher Rp 25.000", "reward:V25")
    return life


def _bought(life: Life, catalogue: Mapping[str, Any], sku: str, at: datetime, status: str) -> None:
    product = next(row for row in catalogue["products"] if row["sku"] == sku)
    life.lines.append(
        [
            {
                "sku": sku,
                "name": product["name"],
                "category": product["category"],
                "quantity": 1,
                "price": product["price"],
            }
        ]
    )
    life.purchases.append(
        {
            "source": "pos",
            "status": status,
            "total": product["price"],
            "channel": "store",
            "store": "Sinar Dago",
            "courier": "Kurir Sinar",
            "tracking": "KS20481533" if status == "shipped" else None,
            "expected_at": at + timedelta(days=4),
            "at": at,
            "updated_at": at,
        }
    )
