"""What customers bought, with where the order is now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from crm_store import touchpoints
from crm_store.models import Purchase, PurchaseLine, table_of
from crm_store.models.kinds import PurchaseStatus, TouchKind
from crm_store.session import Session, now


@dataclass(frozen=True, slots=True)
class Line:
    """One article bought; `price` is for one unit, in minor units."""

    name: str
    price: int
    quantity: int = 1
    sku: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Shipping:
    """Who brings it, under which number, and when it should be there."""

    courier: str | None = None
    tracking: str | None = None
    expected_at: datetime | None = None


def record(
    session: Session,
    customer_id: int,
    *,
    number: str,
    lines: Sequence[Line] = (),
    total: int | None = None,
    source: str = "shop",
    status: PurchaseStatus = PurchaseStatus.PAID,
    currency: str = "IDR",
    channel: str | None = None,
    store: str | None = None,
    shipping: Shipping | None = None,
    at: datetime | None = None,
) -> Purchase:
    """Store an order; the same (source, number) is stored once. `total` defaults to the lines'."""
    query = select(Purchase).where(Purchase.source == source, Purchase.number == number)
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    purchase = Purchase(
        customer_id=customer_id,
        source=source,
        number=number,
        status=status,
        total=sum(line.price * line.quantity for line in lines) if total is None else total,
        currency=currency,
        channel=channel,
        store=store,
        **asdict(shipping or Shipping()),
        at=at or now(),
    )
    session.add(purchase)
    session.flush()
    if lines:
        rows = [{"purchase_id": purchase.id, **asdict(line)} for line in lines]
        session.execute(insert(table_of(PurchaseLine)), rows)
    _journal(session, purchase, ", ".join(line.name for line in lines))
    return purchase


def by_number(session: Session, customer_id: int, number: str) -> Purchase | None:
    """The order with this number if it is the customer's own."""
    asked = {"number": number.strip().upper(), "customer": customer_id}
    return session.scalars(_numbered, asked).first()


def recent(session: Session, customer_id: int, limit: int = 5) -> list[Purchase]:
    """The newest orders first."""
    return list(session.scalars(_recent, {"customer": customer_id, "most": limit}))


def lines(session: Session, purchase_id: int) -> list[PurchaseLine]:
    """The articles of an order."""
    query = select(PurchaseLine).where(PurchaseLine.purchase_id == purchase_id)
    return list(session.scalars(query.order_by(PurchaseLine.id)))


def set_status(
    session: Session,
    purchase: Purchase,
    status: PurchaseStatus,
    *,
    courier: str | None = None,
    tracking: str | None = None,
) -> None:
    """The order moved on."""
    purchase.status = status
    purchase.courier = courier or purchase.courier
    purchase.tracking = tracking or purchase.tracking
    session.flush()
    _journal(session, purchase, status.value)


def _journal(session: Session, purchase: Purchase, text: str) -> None:
    touchpoints.add(
        session,
        purchase.customer_id,
        TouchKind.PURCHASE,
        channel=purchase.channel,
        actor="system",
        subject=f"{purchase.number} {text}",
        ref_type="purchase",
        ref_id=purchase.id,
        at=purchase.at if purchase.status == PurchaseStatus.PAID else None,
    )


_own = select(Purchase).where(Purchase.customer_id == bindparam("customer"))
_recent = _own.order_by(Purchase.at.desc(), Purchase.id.desc()).limit(bindparam("most"))
_numbered = _own.where(Purchase.number == bindparam("number")).order_by(Purchase.id.desc()).limit(1)
