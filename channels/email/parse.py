"""One mail, as bytes, to events: pure and total. Order decides: reports first, then messages."""

import hashlib
import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.base import (
    ChannelKind,
    DeliveryStatus,
    Event,
    InboundMessage,
    MessageKind,
    Reachability,
    ReachState,
    Sender,
    StatusUpdate,
    VerifiedBy,
)
from channels.email import auth, autoreply, body, bounces, headers, mime, quoted, reports
from channels.email.auth import Border
from channels.email.headers import Headers, Mailbox
from channels.email.mime import Part
from channels.email.tokens import UNSUBSCRIBE, Tokens

log = logging.getLogger(__name__)

RAW_TYPE = "message/rfc822"
NOBODY = "unknown@sender.invalid"
"""Stands for the sender of a mail that names none; such mail is never answered."""
COMPLAINT = "complaint"
UNSUBSCRIBE_SUBJECT = "unsubscribe"
"""As in our own List-Unsubscribe where there are no plus addresses."""
MOST_REFERENCES = 50
INCOMPLETE = "[Isi surat ini tidak terbaca. / The content of this mail could not be read.]"
# What a defect of ours raises over odd bytes.
ODD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)

_DELIVERED_TO = (
    "to cc delivered-to x-original-to envelope-to x-envelope-to x-delivered-to x-forwarded-to"
).split()
_FALLBACK_FROM = ("from", "sender", "reply-to", "return-path", "x-sender")


@dataclass(frozen=True, slots=True)
class Answered:
    """Which of our messages a mail belongs to, and how we know."""

    message_id: str | None = None
    token: str | None = None
    purpose: str | None = None


class Parser:
    """Reads the mail of one channel."""

    def __init__(self, channel: str, tokens: Tokens, border: Border | None) -> None:
        self._channel = channel
        self._tokens = tokens
        self._border = border

    def events(
        self, raw: bytes, transport: str | None = None, *, incomplete: bool = False
    ) -> tuple[Event, ...]:
        """What a mail means; at least one event, whatever the bytes.

        `transport` (mailbox, UIDVALIDITY and UID) is kept as metadata. The key is the content:
        only so is a mail known again after a UIDVALIDITY change or on the other way in. Of a mail
        that is `incomplete` there is the header only.
        """
        try:
            found = self._events(raw, transport)
        except ODD as error:
            # A mail that cannot be read must hold up no other, and must not be lost.
            log.exception("a mail cannot be read: %s", transport or "", exc_info=error)
            return self.unread(transport or "", raw)
        if incomplete and isinstance(found[0], InboundMessage):
            text = f"{found[0].text}\n{INCOMPLETE}".strip()
            return (replace(found[0], text=text), *found[1:])
        return found

    def unread(self, place: str, raw: bytes = b"") -> tuple[Event, ...]:
        """A mail of which we know only that it is there: on record for staff, never answered."""
        key = hashlib.sha256(raw or f"{self._channel} {place}".encode()).hexdigest()[:48]
        sender = Sender(NOBODY)
        metadata = {"automatic": "unreadable", "transport": place}
        return (
            InboundMessage(
                self._channel,
                ChannelKind.EMAIL,
                f"unread-{key}",
                sender,
                f"{INCOMPLETE} {place}".strip(),
                automatic=True,
                metadata=metadata,
                raw=raw,
                raw_type=RAW_TYPE,
            ),
        )

    def _events(self, raw: bytes, transport: str | None) -> tuple[Event, ...]:
        mail = mime.parse(raw)
        key = _content_key(mail, raw)
        return (
            self._delivery(mail, raw, key)
            or self._complaint(mail, key)
            or self._read_receipt(mail, key)
            or self._message(mail, raw, key, transport)
        )

    def _delivery(self, mail: Part, raw: bytes, key: str) -> tuple[Event, ...]:
        """A report for an id that we did not make changes nothing: the store knows no such id."""
        found = bounces.reports(mail, raw)
        if not found:
            return ()
        fields = bounces.returned(mail)
        own = self._about(mail, fields)
        provider_id = own or headers.first_id(fields.get("message-id"))
        # Only our own mail's To is known to be whom it was for: lists name themselves there.
        to = {box.address for box in headers.mailboxes([fields.get("to"), fields.get("cc")])}
        at = headers.date(mail.headers.get("date"))
        return tuple(
            StatusUpdate(
                channel=self._channel,
                provider_id=provider_id or key,
                status=report.status,
                error_code=report.verdict.code or None,
                error=_reported(report),
                at=at,
                reach=report.reach(to if own else ()),
                recipient=report.recipient or None,
            )
            for report in found
        )

    def _about(self, mail: Part, fields: Headers) -> str | None:
        """Our message that a report is about: C3.4. Ids are believed only with our MAC."""
        given = [headers.first_id(fields.get("message-id")) or ""]
        given += headers.ids(bounces.words_of(mail))
        return (
            autoreply.own_of(given, self._tokens)
            or autoreply.answered(mail.headers, self._tokens)
            or self._answered(mail.headers).message_id
        )

    def _complaint(self, mail: Part, key: str) -> tuple[Event, ...]:
        """ARF: an opt-out (C3.6). One without our id is believed too: it only stops marketing."""
        found = reports.complaint(mail)
        if found is None:
            return ()
        fields = bounces.returned(mail)
        own = self._about(mail, fields) or self._token_in(found.envelope).message_id
        to = headers.mailboxes([fields.get("to")])
        address = found.address or (to[0].address if to else "")
        if own is None and address:
            return (
                Reachability(
                    self._channel,
                    ChannelKind.EMAIL,
                    address,
                    ReachState.OPTED_OUT,
                    key,
                    COMPLAINT,
                    _sent_at(mail.headers),
                ),
            )
        return (
            StatusUpdate(
                self._channel,
                own or key,
                DeliveryStatus.DELIVERED,
                error=f"{COMPLAINT}: {found.kind[:100]}",
                at=headers.date(mail.headers.get("date")),
                reach=ReachState.OPTED_OUT,
                recipient=address or None,
            ),
        )

    def _read_receipt(self, mail: Part, key: str) -> tuple[Event, ...]:
        found = reports.read_receipt(mail)
        if found is None:
            return ()
        own = self._tokens.own(found.message_id or "") or self._about(mail, Headers())
        at = headers.date(mail.headers.get("date"))
        provider_id = own or found.message_id or key
        recipient = found.recipient or None
        return (StatusUpdate(self._channel, provider_id, found.status, at=at, recipient=recipient),)

    def _message(
        self, mail: Part, raw: bytes, key: str, transport: str | None
    ) -> tuple[Event, ...]:
        fields = mail.headers
        writers = headers.mailboxes(fields.all("from"))
        sender = _sender(fields)
        answered = self._answered(fields)
        reason = autoreply.reason(fields, sender, self._tokens)
        reason = reason or ("no sender" if sender is None else _reporting(mail))
        content = body.read(mail)
        reason = reason or autoreply.absence(fields, content.text)
        subject = fields.text("subject")[:500]
        answers = "in-reply-to" in fields or "references" in fields
        passed_on = quoted.passed_on(subject, answers=answers)
        fresh = bool(subject) and passed_on is None
        cut = quoted.new_text(content.text, forwarded=passed_on, fresh=fresh)
        written = "" if content.attachments and body.only_shows(cut.text) else cut.text
        text = written or ("" if answered.message_id or content.attachments else subject)
        stops = answered.purpose == UNSUBSCRIBE or _only_unsubscribes(subject, text)
        verified = len(writers) == 1 and auth.vouched(fields, writers[0].domain, self._border)
        message = InboundMessage(
            channel=self._channel,
            kind=ChannelKind.EMAIL,
            provider_id=key,
            sender=Sender(
                address=sender.address if sender else NOBODY,
                name=(sender.name if sender else "") or None,
                verified_by=VerifiedBy.DMARC if verified else None,
            ),
            text=text,
            message_kind=_kind(text, content),
            attachments=content.attachments,
            reply_to=answered.message_id,
            automatic=reason is not None,
            keyword="stop" if stops else None,
            sent_at=_sent_at(fields),
            thread=_thread(fields, subject, answered.token),
            metadata=_metadata(fields, content, cut.quoted, reason, transport),
            raw=raw,
            raw_type=RAW_TYPE,
        )
        return (message, *self._opted_out(answered)) if stops else (message,)

    def _opted_out(self, answered: Answered) -> tuple[Event, ...]:
        """Mail to an unsubscribe address opts out whoever got the mail it was in (RFC 2369)."""
        if answered.message_id is None:
            return ()
        return (
            StatusUpdate(
                self._channel,
                answered.message_id,
                DeliveryStatus.DELIVERED,
                error="unsubscribed by mail",
                reach=ReachState.OPTED_OUT,
            ),
        )

    def _answered(self, fields: Headers) -> Answered:
        """By a token in any address field, else by ids. Routing only, never who it is (C1.5)."""
        for box in headers.mailboxes(
            [value for name in _DELIVERED_TO for value in fields.all(name)]
        ):
            found = self._token_in(box.address)
            if found.message_id:
                return found
        return Answered(autoreply.answered(fields, self._tokens))

    def _token_in(self, address: str) -> Answered:
        for box in headers.mailboxes([address]):
            found = self._tokens.answered(box.address)
            if found:
                purpose, token, message_id = found
                return Answered(message_id, token, purpose)
        return Answered()


def _content_key(mail: Part, raw: bytes) -> str:
    """The same mail gives the same key on every way in; Message-ID alone would lose mail (C1.3).

    Mail without a Message-ID or a date is known by all its bytes.
    """
    fields = mail.headers
    unified = raw.replace(b"\r\n", b"\n").strip()
    if fields.get("message-id") and fields.get("date"):
        _, _, content = unified.partition(b"\n\n")
        named = [fields.get(name) for name in ("message-id", "date", "from", "subject")]
        unified = "\n".join(named).encode("utf-8", "replace") + b"\n\n" + content
    return f"mail-{hashlib.sha256(unified).hexdigest()[:48]}"


def _sender(fields: Headers) -> Mailbox | None:
    """From, else what comes nearest to it (C4.3)."""
    for name in _FALLBACK_FROM:
        found = headers.mailboxes(fields.all(name))
        if found:
            return found[0]
    return None


def _only_unsubscribes(subject: str, text: str) -> bool:
    """What mail programs send to `mailto:…?subject=unsubscribe`; questions are answered."""
    return subject.strip().casefold() == UNSUBSCRIBE_SUBJECT and len(text) < 200 and "?" not in text


def _reporting(mail: Part) -> str | None:
    return "a report" if reports.is_report(mail) else None


def _reported(report: bounces.Report) -> str:
    return f"{report.verdict.reason.value}: {report.text}"[:500].strip(": \n")


def _kind(text: str, content: body.Body) -> MessageKind:
    return MessageKind.MEDIA if content.attachments and not text else MessageKind.TEXT


def _sent_at(fields: Headers) -> datetime | None:
    """When our server took the mail; the sender's own clock only if it says nothing."""
    _, _, stamp = fields.get("received").rpartition(";")
    return headers.date(stamp.strip()) or headers.date(fields.get("date"))


def _thread(fields: Headers, subject: str, token: str | None) -> dict[str, Any]:
    """What an answer needs: `channels.email.compose` reads it back."""
    thread: dict[str, Any] = {
        "subject": subject,
        "message_id": headers.first_id(fields.get("message-id")),
        "references": _trimmed(headers.ids(" ".join(fields.all("references")))),
        "in_reply_to": headers.ids(fields.get("in-reply-to"))[:MOST_REFERENCES],
        "token": token,
    }
    return {name: value for name, value in thread.items() if value}


def _trimmed(found: list[str]) -> list[str]:
    """The first and the last ones (C1.6)."""
    return found if len(found) <= MOST_REFERENCES else [found[0], *found[1 - MOST_REFERENCES :]]


def _metadata(
    fields: Headers, content: body.Body, cut: bool, reason: str | None, transport: str | None
) -> dict[str, Any]:
    """For staff and for finding out what happened. `html` is the place of the HTML version."""
    replies = [box.address for box in headers.mailboxes(fields.all("reply-to"))]
    metadata: dict[str, Any] = {
        "subject": fields.text("subject")[:500],
        "to": [box.address for box in headers.mailboxes(fields.all("to"))][:20],
        "cc": [box.address for box in headers.mailboxes(fields.all("cc"))][:20],
        "reply_to": replies[:5],
        "date": re.sub(r"\s+", " ", fields.get("date"))[:80],
        "html": content.html,
        "quoted": cut,
        "automatic": reason,
        "transport": transport,
    }
    return {name: value for name, value in metadata.items() if value}
