"""Write invented lives into the store, table by table, each in a few statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.demo.cards import write_cards
from bot.demo.history import Life, Row
from bot.demo.people import Person
from crm_store import bulk
from crm_store.session import Session

CHANNELS = {
    "whatsapp": "demo-whatsapp",
    "sms": "demo-sms",
    "telegram": "demo-telegram",
    "email": "demo-email",
}


class Writer:
    """The invented people with the ids they were given."""

    def __init__(
        self, session: Session, people: Sequence[Person], lives: Sequence[Life], now: datetime
    ) -> None:
        self.session = session
        self.people = people
        self.lives = lives
        self.now = now
        self.touchpoints: list[Row] = []
        self.customers: list[int] = []
        self.identities: dict[tuple[int, str], int] = {}

    def write(self) -> None:
        """Everything, parents before children."""
        self._customers()
        self._identities()
        self._purchases()
        write_cards(self)
        self._complaints()
        self._talks()
        self._visits()
        self.touchpoints.sort(key=lambda row: row["at"])
        self.insert("touchpoints", self.touchpoints)

    def insert(self, table: str, rows: Sequence[Row]) -> list[int]:
        return bulk.insert_rows(self.session, table, rows)

    def each(self) -> Iterable[tuple[int, Person, Life]]:
        return zip(self.customers, self.people, self.lives, strict=True)

    def touch(self, customer: int, kind: str, at: datetime, subject: str, **more: Any) -> None:
        row: Row = {"channel": None, "actor": "system", "ref_type": None, "ref_id": None}
        row.update(customer_id=customer, kind=kind, at=at, subject=subject[:200], **more)
        self.touchpoints.append(row)

    def _customers(self) -> None:
        rows = [
            {
                "name": person.name,
                "language": person.language,
                "timezone": "Asia/Jakarta",
                "birthday": person.birthday,
                "city": person.city,
                "occupation": person.occupation,
                "preferred_channel": "whatsapp" if person.whatsapp else "sms",
                "created_at": person.joined_at,
            }
            for person in self.people
        ]
        self.customers = self.insert("customers", rows)

    def _identities(self) -> None:
        rows = [row for customer, person, _ in self.each() for row in _addresses(customer, person)]
        ids = self.insert("identities", rows)
        for row, identity in zip(rows, ids, strict=True):
            self.identities[row["customer_id"], row["kind"]] = identity

    def _purchases(self) -> None:
        owners = [
            (customer, purchase, lines)
            for customer, _, life in self.each()
            for purchase, lines in zip(life.purchases, life.lines, strict=True)
        ]
        owners.sort(key=lambda item: item[1]["at"])
        rows = [
            {**purchase, "customer_id": customer, "number": f"TS-{200_000 + index}"}
            for index, (customer, purchase, _) in enumerate(owners)
        ]
        ids = self.insert("purchases", rows)
        all_lines = [
            {**line, "purchase_id": purchase_id}
            for purchase_id, (_, _, lines) in zip(ids, owners, strict=True)
            for line in lines
        ]
        self.insert("purchase_lines", all_lines)
        for row, purchase_id, (customer, purchase, lines) in zip(rows, ids, owners, strict=True):
            self.touch(
                customer,
                "purchase",
                purchase["at"],
                f"{row['number']}: {', '.join(line['name'] for line in lines)}",
                channel=purchase["channel"],
                actor="customer",
                ref_type="purchase",
                ref_id=purchase_id,
            )

    def _complaints(self) -> None:
        rows = [
            {**complaint, "customer_id": customer}
            for customer, _, life in self.each()
            for complaint in life.complaints
        ]
        rows.sort(key=lambda row: row["created_at"])
        counts: dict[int, int] = {}
        for row in rows:
            year = row["created_at"].year
            counts[year] = counts.get(year, 0) + 1
            row["number"] = f"K-{year}-{counts[year]:06d}"
        ids = self.insert("complaints", rows)
        counters = [{"name": f"complaints:{year}", "value": n} for year, n in counts.items()]
        bulk.insert_plain(self.session, "counters", counters)
        for row, complaint in zip(rows, ids, strict=True):
            self._complaint_touches(row, complaint)

    def _complaint_touches(self, row: Row, complaint: int) -> None:
        ref = {"channel": row["channel"], "ref_type": "complaint", "ref_id": complaint}
        subject = f"{row['number']}: {row['description']}"
        self.touch(
            row["customer_id"],
            "complaint_opened",
            row["created_at"],
            subject,
            actor="customer",
            **ref,
        )
        if row["closed_at"]:
            self.touch(
                row["customer_id"],
                "complaint_resolved",
                row["closed_at"],
                f"{row['number']}: {row['resolution']}",
                actor="staff:1",
                **ref,
            )

    def _talks(self) -> None:
        threads: dict[tuple[int, str], list[tuple[str, str, datetime]]] = {}
        for customer, _, life in self.each():
            for kind, talk in life.talks:
                threads.setdefault((customer, kind), []).extend(talk)
        rows = [_conversation(key, self.identities[key], talk) for key, talk in threads.items()]
        ids = self.insert("conversations", rows)
        messages = [
            message
            for conversation, (key, talk) in zip(ids, threads.items(), strict=True)
            for message in _messages(conversation, key, talk)
        ]
        message_ids = self.insert("messages", messages)
        for message, message_id in zip(messages, message_ids, strict=True):
            self.touch(
                message["customer_id"],
                "message_in" if message["direction"] == "in" else "message_out",
                message["created_at"],
                message["text"],
                channel=message["channel"],
                actor=message["author"],
                ref_type="message",
                ref_id=message_id,
            )

    def _visits(self) -> None:
        for customer, _, life in self.each():
            for kind, subject, at in life.visits:
                self.touch(customer, kind, at, subject, channel="store", actor="customer")


def _addresses(customer: int, person: Person) -> Iterable[Row]:
    base = {"customer_id": customer, "display_name": person.name, "created_at": person.joined_at}
    kinds = [("sms", person.phone, "channel")]
    if person.whatsapp:
        kinds.insert(0, ("whatsapp", person.phone, "channel"))
    if person.telegram:
        kinds.append(("telegram", person.telegram, "contact_share"))
    if person.email:
        kinds.append(("email", person.email, "code"))
    for kind, address, verified_by in kinds:
        phone = None if kind == "email" else person.phone
        yield {
            **base,
            "kind": kind,
            "address": address,
            "phone": phone,
            "verified_by": verified_by,
            "verified_at": person.joined_at,
        }


def _conversation(
    key: tuple[int, str], identity: int, talk: Sequence[tuple[str, str, datetime]]
) -> Row:
    customer, kind = key
    last = max(at for _, _, at in talk)
    return {
        "customer_id": customer,
        "identity_id": identity,
        "channel": CHANNELS[kind],
        "kind": kind,
        "state": "resolved",
        "last_inbound_at": last,
        "last_message_at": last,
        "created_at": talk[0][2],
    }


def _messages(
    conversation: int, key: tuple[int, str], talk: Sequence[tuple[str, str, datetime]]
) -> Iterable[Row]:
    customer, kind = key
    for index, (author, text, at) in enumerate(sorted(talk, key=lambda item: item[2])):
        inbound = author == "customer"
        yield {
            "conversation_id": conversation,
            "customer_id": customer,
            "channel": CHANNELS[kind],
            "direction": "in" if inbound else "out",
            "provider_id": f"demo-{conversation}-{index}",
            "status": "handled" if inbound else "delivered",
            "author": author,
            "text": text,
            "not_before": at,
            "created_at": at,
            "sent_at": None if inbound else at,
        }
