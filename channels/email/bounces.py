"""Delivery reports: machine-readable (RFC 3464), and the text-only ones of qmail and Exim."""

import email
import email.policy
import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from channels.base import DeliveryStatus, ReachState
from channels.email import bounced, headers
from channels.email.bounce_words import (
    AFTER_DATA,
    CERTAIN,
    COPY,
    DAEMON,
    DAEMON_NAME,
    GIVEN_UP,
    LATER,
    OPENING,
    OPENING_OF_MAIL,
    SCANNERS,
    SUBJECT,
)
from channels.email.charsets import tidy
from channels.email.headers import Headers
from channels.email.mime import Part, parse
from channels.email.reason_words import Reason
from channels.email.reasons import DEAD, Verdict, judge

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
_FIELDS = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_FINAL = re.compile(rb"^final-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
# Five digits reach what people write with, and no further than a character can go.
_XTEXT = re.compile(r"\+([0-9A-F]{2})|\\x\{([0-9A-Fa-f]{2,5})\}")
_NO_PATH = re.compile(r"<(?:mailer-daemon[^<>]*)?>", re.IGNORECASE)
_PASSED_ON = re.compile(r"(?:re|fwd?|aw|wg|tr|rv|i|balas|trs|bls) ?:", re.IGNORECASE)
_UNTOLD = (Reason.OTHER, Reason.ROUTING)
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
        found = list(_machine(machine.content()))
        if found:
            return _filtered(_explained(_named(_merged(found), mail), mail), mail)
    if not _is_text_bounce(mail):
        return []
    fields = _inlined(mail) or _within(mail)
    found = _explained(fields, mail) if fields else _text_only(mail, raw)[:MOST_RECIPIENTS]
    return _filtered(found, mail)


def _filtered(found: list[Report], mail: Part) -> list[Report]:
    """A server that refuses only after DATA took the recipient: it dislikes the mail (RFC 5321).

    Mobile operators say "user unknown" then. A code for the address, and words that say more
    ("doesn't have an account"), are believed all the same.
    """
    if len(found) != 1 or not found[0].verdict.dead or found[0].verdict.code[2:4] == "1.":
        return found
    if not AFTER_DATA.search(_human(mail)) or CERTAIN.search(found[0].text):
        return found
    return [replace(found[0], verdict=replace(found[0].verdict, reason=Reason.POLICY))]


def _named(found: list[Report], mail: Part) -> list[Report]:
    """Where a report names nobody, the one our mail went to."""
    if len(found) > 1 or found[0].recipient:
        return found
    _, sent_to = bounced.recipients(mail.headers, returned(mail))
    return [replace(found[0], recipient=sent_to[0])] if len(sent_to) == 1 else found


def _explained(found: list[Report], mail: Part) -> list[Report]:
    """Where the fields give no reason, what the words say; of several only those they name."""
    if all(report.text or report.verdict.reason not in _UNTOLD for report in found):
        return found
    human = _human(mail)
    about = bounced.pieces(human, (), [report.recipient for report in found])
    if len(found) == 1:
        about.setdefault(found[0].recipient, human)
    return [_with_words(report, about.get(report.recipient, "")) for report in found]


def _with_words(report: Report, words: str) -> Report:
    if report.text or report.verdict.reason not in _UNTOLD or not words:
        return report
    told = judge(words).reason
    verdict = replace(
        report.verdict, reason=report.verdict.reason if told == Reason.OTHER else told
    )
    return replace(report, verdict=verdict, text=words.strip()[:500])


def _human(mail: Part) -> str:
    """The words of a report up to the copy of our mail."""
    text = words_of(mail)
    copy = COPY.search(text)
    return text[: copy.start()] if copy and copy.start() > 20 else text


def _merged(found: list[Report]) -> list[Report]:
    """One report per recipient: the last word on each."""
    by_address: dict[str, Report] = {}
    for report in found:
        earlier = by_address.get(report.recipient)
        if earlier is None or earlier.status != DeliveryStatus.FAILED:
            by_address[report.recipient] = report
    return list(by_address.values())[:MOST_RECIPIENTS]


def _inlined(mail: Part) -> list[Report]:
    """The fields of a report that some servers write into the text, or lose the MIME type of."""
    text = words_of(mail)
    match = _FIELDS.search(text)
    if match is None or text[: match.start()].count("\n>") > 3:
        return []
    start = text.rfind("\n\n", 0, match.start()) + 1
    return _merged([each for each in _machine(text[start:].encode()) if each.recipient])


def _within(mail: Part) -> list[Report]:
    """The fields of the report that a gateway has attached to its own (Exchange)."""
    for part in mail.parts:
        inner = parse(part.content()) if part.content_type == "message/rfc822" else None
        if inner and inner.content_type == "multipart/report":
            machine = next((one for one in inner.walk() if one.content_type in _REPORTS), None)
            return _merged(list(_machine(machine.content()))) if machine else []
    return []


def returned(mail: Part) -> Headers:
    """The header fields of our mail as the report returns them; empty if it does not."""
    for part in mail.walk():
        if part.content_type in _RETURNED:
            found = parse(part.content()).headers
            if "message-id" in found or "to" in found:
                return found
    match = COPY.search(text := words_of(mail))
    return headers.read(_field_lines(text[match.end() if match else len(text) :]).encode())


def words_of(mail: Part) -> str:
    """The human part of a report: its first text."""
    for part in mail.walk():
        if part.content_type == "text/plain" and part.text().strip():
            return part.text()[:100_000]
    html = next((part for part in mail.walk() if part.content_type == "text/html"), None)
    return re.sub(r"<[^<>]{0,2000}>", " ", html.text()[:100_000]) if html else ""


def _machine(content: bytes) -> Iterator[Report]:
    """The blocks after the first, each about one recipient (RFC 3464 2.3)."""
    blocks = re.split(rb"\n[ \t]*\n", content.replace(b"\r\n", b"\n"))
    for block in _single(blocks[: 4 * MOST_RECIPIENTS]):
        fields = headers.read(block.strip(b"\n"))
        about = fields.get("original-recipient") or fields.get("final-recipient")
        status = fields.get("status")
        action = fields.get("action").lower().partition("(")[0].strip()
        action = action if action in _STATUSES else _BY_CLASS.get(status[:1], "")
        if not action or not (about or status):
            continue
        text = fields.get("diagnostic-code").partition(";")[2].strip()
        yield Report(_address(about), _STATUSES[action], judge(text, status), text[:500])


def _single(blocks: list[bytes]) -> Iterator[bytes]:
    """Some servers leave out the empty line between two recipients."""
    for block in blocks:
        if len(_FINAL.findall(block)) > 1:
            yield from re.split(rb"\n(?=final-recipient[ \t]*:)", block, flags=re.IGNORECASE)
        else:
            yield block


def _address(value: str) -> str:
    """The address of "rfc822; ana@…" with xtext undone (RFC 3461 4, RFC 6533 3)."""
    given = value.partition(";")[2] or value
    plain = _XTEXT.sub(lambda match: chr(int(match[1] or match[2], 16)), given.strip(" <>"))
    found = headers.mailboxes([tidy(plain)]) or headers.mailboxes([given])
    return found[0].address if found else ""


def _is_text_bounce(mail: Part) -> bool:
    kind = mail.params.get("report-type", "delivery-status")
    if mail.content_type == "multipart/report" and kind.lower() != "delivery-status":
        return False
    if "x-failed-recipients" in mail.headers:
        return True
    subject = mail.headers.text("subject")
    worded = bool(SUBJECT.search(subject))
    words = words_of(mail)[:3000]
    if _from_a_server(mail.headers):
        opened = bool(OPENING.search(words))
        return worded or opened or bool(_inlined(mail)) or _sends_back(mail) or _refuses(mail)
    # People forward such reports, and ask what they mean.
    if not OPENING_OF_MAIL.search(words) or _PASSED_ON.match(subject):
        return False
    return _returns(mail) or (worded and "?" not in words and _names_another(mail))


def _names_another(mail: Part) -> bool:
    """Customers complain of parcels in the same words: a report names an address besides."""
    return bool(bounced.pieces(_human(mail), _own_addresses(mail), ()))


def _own_addresses(mail: Part) -> set[str]:
    """Who writes and who is written to: nobody that a report is about."""
    given = [*mail.headers.all("from"), *mail.headers.all("to")]
    return {box.address for box in headers.mailboxes(given)}


def _refuses(mail: Part) -> bool:
    """A mailer-daemon in words of its own: they name one address, and why it gets no mail."""
    human = _human(mail)
    if not _is_daemon(mail.headers) or SCANNERS.search(human[:3000]):
        return False
    told = judge(human[:3500]).reason in (*DEAD, Reason.FULL, Reason.TOO_LARGE)
    return told and bool(bounced.only(human, _own_addresses(mail)))


def _sends_back(mail: Part) -> bool:
    if not _is_daemon(mail.headers) or not _returns(mail):
        return False
    return not SCANNERS.search(words_of(mail)[:3000])


def _returns(mail: Part) -> bool:
    return any(part.content_type in _RETURNED for part in mail.parts)


def _from_a_server(fields: Headers) -> bool:
    if any(_NO_PATH.fullmatch(value.strip()) for value in fields.all("return-path")):
        return True
    given = fields.get("from")
    return _is_daemon(fields) or not given.strip("<> ") or given.endswith("<>")


def _is_daemon(fields: Headers) -> bool:
    senders = headers.mailboxes([fields.get("from")])
    if not senders:
        return bool(DAEMON.search(fields.text("from").lower()))
    if DAEMON_NAME.match(senders[0].name) and "auto-submitted" in fields:
        return True
    return bool(DAEMON.fullmatch(senders[0].address.partition("@")[0]))


def _text_only(mail: Part, raw: bytes) -> list[Report]:
    """What the words say; the recipients from a header, the text, flufl.bounce, or our own mail."""
    human = _human(mail)
    named, sent_to = bounced.recipients(mail.headers, returned(mail))
    own = _own_addresses(mail) - {*named, *sent_to}
    pieces = bounced.pieces(human, own, sent_to)
    subject = mail.headers.text("subject")
    status = _status_of(human, subject)
    recipients = named or list(pieces) or _second_opinion(raw) or sent_to[:1]
    recipients = recipients or bounced.only(human, own) or [""]
    found = [
        Report(one, status, judge(pieces.get(one, human)), pieces.get(one, human).strip()[:500])
        for one in dict.fromkeys(recipients)
    ]
    if len(found) > 1 or found[0].verdict.reason != Reason.OTHER:
        return found
    # Some name the reason before the address, or in the subject only.
    return [replace(found[0], verdict=judge(f"{human[:3500]}\n{subject}"))]


def _status_of(human: str, subject: str) -> DeliveryStatus:
    late = bool(LATER.search(human)) or bool(re.search(r"delay", subject, re.IGNORECASE))
    return DeliveryStatus.SENT if late and not GIVEN_UP.search(human) else DeliveryStatus.FAILED


def _second_opinion(raw: bytes) -> list[str]:
    """The addresses flufl.bounce finds in the odder formats."""
    # Loaded at first use: start-up stays light.
    from flufl.bounce import all_failures

    # A detector of it that stumbles is no concern of the operator's.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

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
