"""Delivery reports: machine-readable (RFC 3464), and the text-only ones of qmail and Exim."""

import email
import email.policy
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from channels.base import DeliveryStatus, ReachState
from channels.email import headers
from channels.email.headers import Headers
from channels.email.mime import Part, parse
from channels.email.reasons import Verdict, judge

MOST_RECIPIENTS = 100
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = frozenset(
    ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
)
_STATUSES = {
    "failed": DeliveryStatus.FAILED,
    "delayed": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "relayed": DeliveryStatus.SENT,
    "expanded": DeliveryStatus.SENT,
}
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_SUBJECT = re.compile(
    r"undeliver|delivery status|failed delivery|error sending your mail|mail failed|failed mail"
    r"|delivery status notification|delivery notification|failure notice|returned mail"
    r"|mail delivery|delivery (?:has )?fail|non-?deliver|returned to sender|could not be delivered"
    r"|message delayed|mail failure|unzustellbar|nicht zugestellt|zustellung"
    r"|tidak (?:dapat |bisa |berhasil |)?(?:di|ter)(?:kirim|sampaikan)|gagal (?:di|ter)?kirim"
    r"|pengiriman (?:pesan |email |surat )?(?:gagal|tertunda)|gagal pengiriman|non remis"
    r"|no se puede entregar|warning: (?:could not|message)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"this is the qmail-send program|created automatically by mail delivery software"
    r"|this is the mail system at host"
    r"|delivery to the following recipients? (?:has )?(?:failed|was)"
    r"|did not reach the following recipient|could not be delivered to|unable to deliver message"
    r"|invalid user address|trouble delivering your message"
    r"|your message (?:did not reach|couldn't be delivered|wasn't delivered)"
    r"|the following addresses had permanent fatal errors|sorry,? we were unable to deliver",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"not yet been delivered|(?:message|mail) (?:is |has been )?(?:still )?delayed"
    r"|will (?:be )?retr"
    r"|will (?:keep|continue) (?:trying|to)|no action is required|this is a warning message only"
    r"|tidak perlu (?:dikirim|mengirim) ulang|akan (?:terus )?(?:dicoba|mencoba)",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^(?:-+ ?(?:below this line is a copy|this is a copy|original message|begin message|pesan asli"
    r"|urspr[üu]ngliche)|original message headers|diagnostic information for administrators"
    r"|----- message header)[^\n]*|^(?=(?:return-path|received): )",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(
    r"^[ \t]*<?([^\s<>\"'():;,]{1,128}@[^\s<>\"'():;,]{1,190})>?:?[ \t]*", re.MULTILINE
)
_DAEMON = re.compile(
    r"mailer-?daemon|post_?master|mail-?daemon|mail\.delivery\.(?:sub)?system|microsoftexchange\w*"
)
_ODD = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says of one recipient; `recipient` is "" if it names none."""

    recipient: str
    status: DeliveryStatus
    verdict: Verdict
    text: str = ""

    def reach(self, sent_to: Collection[str]) -> ReachState | None:
        """DEAD only for an addressing cause, and only of the address we wrote to (forwarding)."""
        if self.status != DeliveryStatus.FAILED or not self.verdict.dead:
            return None
        known = not sent_to or not self.recipient or self.recipient in sent_to
        return ReachState.DEAD if known else None


def reports(mail: Part, raw: bytes) -> list[Report]:
    """One report per recipient; empty if the mail is no delivery report."""
    machine = next((part for part in mail.walk() if part.content_type in _REPORTS), None)
    if machine and (mail.content_type == "multipart/report" or _from_a_server(mail.headers)):
        found = list(_machine(machine))
        if found:
            return found[:MOST_RECIPIENTS]
    if not _is_text_bounce(mail):
        return []
    return _text_only(mail, raw)[:MOST_RECIPIENTS]


def returned(mail: Part) -> Headers:
    """The header fields of our mail as the report returns them; empty if it does not."""
    for part in mail.walk():
        if part.content_type in _RETURNED:
            found = parse(part.content()).headers
            if "message-id" in found or "to" in found:
                return found
    match = _COPY.search(text := words_of(mail))
    return headers.read(_field_lines(text[match.end() if match else len(text) :]).encode())


def words_of(mail: Part) -> str:
    """The human part of a report: its first text."""
    for part in mail.walk():
        if part.content_type == "text/plain" and part.text().strip():
            return part.text()[:100_000]
    html = next((part for part in mail.walk() if part.content_type == "text/html"), None)
    return re.sub(r"<[^<>]{0,2000}>", " ", html.text()[:100_000]) if html else ""


def _machine(part: Part) -> Iterator[Report]:
    """The blocks after the first, each about one recipient (RFC 3464 2.3)."""
    for block in re.split(rb"\n[ \t]*\n", part.content().replace(b"\r\n", b"\n")):
        fields = headers.read(block.strip(b"\n"))
        about = fields.get("original-recipient") or fields.get("final-recipient")
        status = fields.get("status")
        action = fields.get("action").lower().partition("(")[0].strip()
        action = action if action in _STATUSES else _BY_CLASS.get(status[:1], "")
        if not action or not (about or status):
            continue
        text = fields.get("diagnostic-code").partition(";")[2].strip()
        yield Report(_address(about), _STATUSES[action], judge(text, status), text[:500])


def _address(value: str) -> str:
    """The address of "rfc822; ana@…" with xtext undone (RFC 3461 4)."""
    given = value.partition(";")[2] or value
    plain = re.sub(r"\+([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), given.strip(" <>"))
    found = headers.mailboxes([plain]) or headers.mailboxes([given])
    return found[0].address if found else ""


def _is_text_bounce(mail: Part) -> bool:
    if "x-failed-recipients" in mail.headers:
        return True
    worded = bool(_SUBJECT.search(mail.headers.text("subject")))
    opened = bool(_OPENING.search(words_of(mail)[:3000]))
    returns = any(part.content_type in _RETURNED for part in mail.parts)
    if opened and (worded or returns):
        return True
    return (worded or opened) and _from_a_server(mail.headers)


def _from_a_server(fields: Headers) -> bool:
    if any(value.strip() == "<>" for value in fields.all("return-path")):
        return True
    senders = headers.mailboxes([fields.get("from")])
    if not senders:
        given = fields.get("from").lower()
        return not given.strip("<> ") or bool(_DAEMON.search(given))
    return bool(_DAEMON.fullmatch(senders[0].address.partition("@")[0]))


def _text_only(mail: Part, raw: bytes) -> list[Report]:
    """What the words say; the recipients from a header, the text, or flufl.bounce."""
    text = words_of(mail)
    copy = _COPY.search(text)
    human = text[: copy.start()] if copy else text
    fields = mail.headers
    named = [box.address for box in headers.mailboxes(fields.all("x-failed-recipients"))]
    own = [box.address for box in headers.mailboxes([fields.get("from"), fields.get("to")])]
    pieces = _pieces(human, frozenset(own))
    late = bool(_LATER.search(human)) or "delayed" in fields.text("subject").lower()
    status = DeliveryStatus.SENT if late else DeliveryStatus.FAILED
    recipients = named or list(pieces) or _second_opinion(raw) or [""]
    return [
        Report(one, status, judge(pieces.get(one, human)), pieces.get(one, human).strip()[:500])
        for one in dict.fromkeys(recipients)
    ]


def _pieces(human: str, own: frozenset[str]) -> dict[str, str]:
    """Each address that stands at the start of a line, with the text up to the next one."""
    first: dict[str, re.Match[str]] = {}
    for match in _NAMED.finditer(human):
        first.setdefault(match[1].lower().strip("."), match)
    found = [match for address, match in first.items() if address not in own]
    pieces: dict[str, str] = {}
    for match, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(human)
        for box in headers.mailboxes([match[1]]):
            pieces.setdefault(box.address, human[match.end() : end])
    # Outlook and Gmail name the address inside the sentence that explains it.
    return {address: text if len(text.strip()) > 10 else human for address, text in pieces.items()}


def _second_opinion(raw: bytes) -> list[str]:
    """The addresses flufl.bounce finds in the odder formats."""
    # Loaded at first use: start-up stays light.
    from flufl.bounce import all_failures

    try:
        message = email.message_from_bytes(raw[:500_000], policy=email.policy.compat32)
        temporary, permanent = all_failures(message)
        found = [each.decode("utf-8", "replace") for each in (*permanent, *temporary)]
    except _ODD:
        return []
    return sorted(box.address for box in headers.mailboxes(found))


def _field_lines(text: str) -> str:
    """The first run of header fields in a text."""
    kept: list[str] = []
    for line in text.split("\n")[:300]:
        if re.match(r"[ >|]*[A-Za-z-]{2,60}:\s|[ \t]+\S", line):
            kept.append(line.lstrip(">| ") if not line.startswith((" ", "\t")) else line)
        elif kept and not line.strip():
            break
    return "\n".join(kept)
