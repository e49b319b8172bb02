"""What a story's customer has before it begins: a card, orders, complaints; another customer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm_store import complaints, identities, loyalty, purchases
from crm_store.models import Identity
from crm_store.session import Session

ADDRESSES = {
    "whatsapp": "+6281200000001",
    "sms": "+6281200000001",
    "telegram": "7001",
    "email": "ana@mail.example",
    "web": "visitor-1",
}
OTHER_PHONE = "+6281200000099"


def resolve(session: Session, setup: Mapping[str, Any]) -> Identity:
    """The customer a story is about, as their channel would tell of them."""
    kind = setup.get("channel", "whatsapp")
    verified = setup.get("verified", True)
    return identities.resolve(
        session,
        kind=kind,
        address=ADDRESSES[kind],
        phone=ADDRESSES["whatsapp"] if verified and kind != "email" else None,
        name=setup.get("name", "Ana"),
        verified_by="channel" if verified else None,
        language=setup.get("language", "id"),
    )


def give(session: Session, customer_id: int, setup: Mapping[str, Any], now: datetime) -> None:
    """Everything under `given`."""
    given = setup.get("given") or {}
    _give(session, customer_id, given, now)
    if "other" in given:
        other = identities.resolve(
            session,
            kind="whatsapp",
            address=OTHER_PHONE,
            phone=OTHER_PHONE,
            name="Budi",
            verified_by="channel",
        )
        _give(session, other.customer_id, given["other"], now)


def _give(session: Session, customer_id: int, given: Mapping[str, Any], now: datetime) -> None:
    if "member" in given:
        _give_card(session, customer_id, given["member"] or {}, now)
    for order in given.get("orders", ()):
        due = now + timedelta(days=2)
        purchases.record(
            session,
            customer_id,
            number=order["number"],
            lines=[purchases.Line("Kulkas 2 pintu", 3_249_000)],
            status=order.get("status", "paid"),
            shipping=purchases.Shipping(order.get("courier"), order.get("tracking"), due),
            at=now - timedelta(days=3),
        )
    for complaint in given.get("complaints", ()):
        complaints.open(
            session,
            customer_id=customer_id,
            category=complaint.get("category", "damaged"),
            product=complaint.get("product", "kulkas"),
            description=complaint.get("description", "tidak dingin"),
        )


def _give_card(session: Session, customer_id: int, card: Mapping[str, Any], now: datetime) -> None:
    member, _ = loyalty.enrol(session, customer_id, source="store")
    if "number" in card:
        member.card_number = card["number"]
        session.flush()
    points = card.get("points", 0)
    for index, lot in enumerate(points if isinstance(points, list) else [points]):
        if lot:
            loyalty.earn(
                session,
                member.id,
                lot,
                key=f"given:{member.id}:{index}",
                reason="purchase",
                expires_at=now + timedelta(days=30 + 200 * index),
                at=now - timedelta(days=10),
            )
