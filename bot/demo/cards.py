"""Write the invented cards: members, their consent, and the books of their points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.demo.cast import BUDI_PHONE
from bot.demo.history import Row
from bot.demo.ledger import Card
from bot.demo.people import Person
from crm_store import loyalty, loyalty_tiers

if TYPE_CHECKING:
    from bot.demo.rows import Writer

CONSENT_WORDING = (
    "Saya setuju Toko Sinar menyimpan data belanja saya untuk program Kartu VIP.",
    "2025-01",
)
MARKETING_WORDING = ("Pelanggan meminta berhenti menerima promosi.", "2025-01")


@dataclass(frozen=True, slots=True)
class Holder:
    """A member with the books of the card."""

    customer: int
    person: Person
    card: Card


def write_cards(writer: Writer) -> None:
    """Members with consent, entries, lots, allocations and redemptions."""
    holders = [
        Holder(customer, person, life.card)
        for customer, person, life in writer.each()
        if life.card is not None
    ]
    members = _members(writer, holders)
    _withdrawals(writer)
    entries, entry_ids = _entries(writer, holders, members)
    _lots(writer, holders, members, entry_ids)
    _redemptions(writer, entries, entry_ids)
    loyalty_tiers.evaluate_all(writer.session, writer.now)


def _members(writer: Writer, holders: Sequence[Holder]) -> list[int]:
    wording, version = CONSENT_WORDING
    consents = [
        _consent(holder.customer, "loyalty", (wording, version), True, holder.person.joined_at)
        for holder in holders
    ]
    consent_ids = writer.insert("consents", consents)
    rows = [
        {
            "customer_id": holder.customer,
            "card_number": _card_number(1000 + index),
            "consent_id": consent_id,
            "source": "store",
            "enrolled_at": holder.person.joined_at,
        }
        for index, (holder, consent_id) in enumerate(zip(holders, consent_ids, strict=True))
    ]
    ids = writer.insert("loyalty_members", rows)
    for holder, member, row in zip(holders, ids, rows, strict=True):
        at = holder.person.joined_at
        subject = f"Kartu {row['card_number']}"
        ref = {"channel": "store", "ref_type": "member", "ref_id": member}
        writer.touch(holder.customer, "enrolled", at, subject, actor="customer", **ref)
    return ids


def _card_number(index: int) -> str:
    digits = f"{index:07d}"
    return f"VIP-{digits}{loyalty.luhn_digit(digits)}"


def _withdrawals(writer: Writer) -> None:
    at = writer.now - timedelta(days=40)
    budi = [c for c, person, _ in writer.each() if person.phone == BUDI_PHONE]
    rows = [_consent(customer, "marketing", MARKETING_WORDING, False, at) for customer in budi]
    writer.insert("consents", rows)
    for customer in budi:
        writer.touch(
            customer, "consent", at, "Promosi: berhenti", channel="whatsapp", actor="customer"
        )


def _consent(
    customer: int, purpose: str, wording: tuple[str, str], granted: bool, at: datetime
) -> Row:
    return {
        "customer_id": customer,
        "purpose": purpose,
        "channel": "*",
        "granted": granted,
        "wording": wording[0],
        "wording_version": wording[1],
        "actor": "customer",
        "at": at,
    }


def _entries(
    writer: Writer, holders: Sequence[Holder], members: Sequence[int]
) -> tuple[list[Row], list[int]]:
    rows: list[Row] = []
    owners: list[int] = []
    for holder, member in zip(holders, members, strict=True):
        for index, entry in enumerate(holder.card.entries):
            owners.append(holder.customer)
            rows.append(
                {
                    "member_id": member,
                    "kind": entry.kind,
                    "points": entry.points,
                    "key": f"demo:{member}:{index}",
                    "reason": entry.reason,
                    "ref": entry.ref,
                    "actor": "system",
                    "at": entry.at,
                }
            )
    ids = writer.insert("point_entries", rows)
    for customer, row, entry_id in zip(owners, rows, ids, strict=True):
        subject = f"{row['points']:+d}: {row['reason']}"
        ref = {"ref_type": "point_entry", "ref_id": entry_id}
        writer.touch(customer, "points", row["at"], subject, **ref)
    return rows, ids


def _lots(
    writer: Writer, holders: Sequence[Holder], members: Sequence[int], entry_ids: Sequence[int]
) -> None:
    lots: list[Row] = []
    allocations: list[tuple[int, int, int]] = []
    first_entry = 0
    for holder, member in zip(holders, members, strict=True):
        first_lot = len(lots)
        for entry, lot, points in holder.card.allocations:
            allocations.append((entry_ids[first_entry + entry], first_lot + lot, points))
        for card_lot in holder.card.lots:
            lots.append(
                {
                    "member_id": member,
                    "entry_id": entry_ids[first_entry + card_lot.entry],
                    "points": card_lot.points,
                    "remaining": card_lot.remaining,
                    "earned_at": card_lot.earned_at,
                    "expires_at": card_lot.expires_at,
                }
            )
        first_entry += len(holder.card.entries)
    lot_ids = writer.insert("point_lots", lots)
    rows = [
        {"entry_id": entry, "lot_id": lot_ids[lot], "points": points}
        for entry, lot, points in allocations
    ]
    writer.insert("point_allocations", rows)


def _redemptions(writer: Writer, entries: Sequence[Row], entry_ids: Sequence[int]) -> None:
    rewards = {reward.code: reward.id for reward in loyalty.rewards(writer.session)}
    rows = [
        {
            "member_id": row["member_id"],
            "reward_id": rewards[row["ref"].removeprefix("reward:")],
            "entry_id": entry_id,
            "code": f"DEMO-{entry_id:06d}",
            "state": "used",
            "at": row["at"],
        }
        for row, entry_id in zip(entries, entry_ids, strict=True)
        if row["kind"] == "spend"
    ]
    writer.insert("redemptions", rows)
