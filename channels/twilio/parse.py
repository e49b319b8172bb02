"""Twilio webhooks -> events. Pure: bytes in, frozen dataclasses out."""

import logging
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from channels.base import (
    Attachment,
    ChannelKind,
    Event,
    InboundMessage,
    MessageKind,
    Reachability,
    ReachState,
    Sender,
    VerifiedBy,
    WebhookRequest,
)
from channels.errors import MalformedRequest
from channels.twilio import address, statuses
from channels.twilio.address import Address
from channels.twilio.fields import FORM, Fields, clean, media_type, read

log = logging.getLogger(__name__)

# Twilio's default opt-out handling (SMS, the whole message is one word). YES is left out: it is
# how people answer a question, and Twilio answers it only if they had opted out before.
_STOPS = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke")
_YES = "yes"
KEYWORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(_STOPS, "stop"),
        **dict.fromkeys(("start", "unstop"), "start"),
        **dict.fromkeys(("help", "info"), "help"),
    }
)
_REACH = {"stop": ReachState.OPTED_OUT, "start": ReachState.OK, _YES: ReachState.OK}
_SID = re.compile(r"[A-Za-z0-9]{2,64}\Z", re.ASCII)
_VCARDS = ("text/vcard", "text/x-vcard", "text/directory")
# What happens in a WhatsApp chat without anything being said.
_NOT_SAID = frozenset({"reaction", "system", "request_welcome", "revoke", "revoked", "deleted"})
_EDITS = frozenset({"edit", "edited"})
_MEDIA_URL = re.compile(r"MediaUrl(\d{1,3})\Z", re.ASCII)
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}\Z", re.ASCII)
_CONTENT = ("Body", "NumMedia")
_LONGEST_NAME = 120

# Kept beside the message because staff, reports or a later feature read them.
_METADATA: Mapping[str, str] = MappingProxyType(
    {
        "MessageType": "type",
        "To": "to",
        "MessagingServiceSid": "messaging_service",
        "NumSegments": "segments",
        "Forwarded": "forwarded",
        "FrequentlyForwarded": "frequently_forwarded",
        "ProfileUsername": "username",
        "Username": "username",
        "OriginalRepliedMessageSender": "reply_to_sender",
        "FromCountry": "country",
        "FromCity": "city",
        "OptOutType": "opt_out",
        "ErrorCode": "fallback_error",
    }
)
_LOCATION = ("Latitude", "Longitude", "Address", "Label")
_REFERRAL = "Referral"


def events(channel: str, request: WebhookRequest, *, keywords: bool = True) -> Sequence[Event]:
    """What a webhook says. `keywords`: Twilio's own STOP/START/HELP handling is on (SMS).

    The fields decide between a message and a status callback, whichever path they came to;
    the path (`…/status`) decides only where they do not say. Webhooks about anything else give
    (). Raises MalformedRequest for a body that cannot be read and for a message without an id.
    """
    fields = read(request)
    word = statuses.word_of(fields)
    sid = _sid(fields)
    wordless_message = sid and not word and "From" in fields and not _is_status(request)
    if (word in statuses.INBOUND and _has_content(fields)) or wordless_message:
        return _inbound(channel, request, fields, keywords=keywords)
    if word and sid:
        return statuses.updates(channel, sid, fields)
    log.warning("webhook without message or status ignored: %.200r", sorted(fields)[:20])
    return ()


def _has_content(fields: Fields) -> bool:
    """Not so of a report that calls a message of somebody else's "received"."""
    return "MessageStatus" not in fields or any(name in fields for name in _CONTENT)


def _inbound(
    channel: str, request: WebhookRequest, fields: Fields, *, keywords: bool
) -> Sequence[Event]:
    sid = _sid(fields)
    if sid is None:
        raise MalformedRequest("a message without a usable MessageSid")
    who = _who(fields)
    if who is None:
        # Only what stands before the colon: the rest is somebody's address.
        product, colon, _ = fields.get("From").partition(":")
        named = product[:20] if colon else "its sender"
        log.warning("message %s ignored: %r is neither SMS nor WhatsApp", sid, named)
        return ()
    keyword = _keyword(fields, who.kind, keywords=keywords)
    message = InboundMessage(
        channel=channel,
        kind=who.kind,
        provider_id=sid,
        sender=_sender(fields, who),
        text=_words(fields, who),
        message_kind=_message_kind(fields, who),
        payload=_payload(fields),
        attachments=_attachments(fields),
        reply_to=fields.get("OriginalRepliedMessageSid") or None,
        edited=_type(fields) in _EDITS,
        automatic=who.is_machine or _type(fields) in _NOT_SAID,
        keyword=keyword,
        metadata=_metadata(request, fields),
        raw=request.body or urlsplit(request.url).query.encode(),
        raw_type=media_type(request) or FORM,
    )
    return (message, *_reachability(message, opens=_reopens(fields, who.kind, keywords=keywords)))


def _words(fields: Fields, who: Address) -> str:
    """What is said; on WhatsApp, of a pressed button, what the button says."""
    names = ("Body", "ButtonText", "ListTitle")
    if who.kind is ChannelKind.WHATSAPP:
        names = ("ButtonText", "Body", "ListTitle")
    return next((fields.get(name) for name in names if fields.get(name)), "")


def _type(fields: Fields) -> str:
    return fields.get("MessageType").strip().lower()


def _is_status(request: WebhookRequest) -> bool:
    return urlsplit(request.url).path.rstrip("/").endswith("/status")


def _sid(fields: Fields) -> str | None:
    for name in ("MessageSid", "SmsMessageSid", "SmsSid"):
        if _SID.match(fields.get(name)):
            return fields.get(name)
    return None


def _who(fields: Fields) -> Address | None:
    """The sender's address: the phone number if the channel shows one, else the scoped id."""
    given = address.read(fields.get("From"), fields.get("FromCountry").strip().upper())
    scoped = address.read(fields.get("ExternalUserId"))
    if given and given.phone:
        return given
    if given and given.kind is ChannelKind.SMS:
        return given
    phone = address.whatsapp_phone(fields.get("WaId"))
    if phone:
        return Address(ChannelKind.WHATSAPP, phone)
    return given or scoped


def _sender(fields: Fields, who: Address) -> Sender:
    return Sender(
        address=who.value,
        name=fields.get("ProfileName").strip()[:_LONGEST_NAME] or None,
        phone=who.phone,
        verified_by=VerifiedBy.CHANNEL,
        aliases=_aliases(fields, who),
    )


def _aliases(fields: Fields, who: Address) -> tuple[str, ...]:
    """Other addresses of the same WhatsApp user: the scoped ids, a number written differently."""
    if who.kind is not ChannelKind.WHATSAPP:
        return ()
    names = ("From", "ExternalUserId", "ParentExternalUserId")
    read_ones = [address.read(fields.get(name)) for name in names]
    others = [each.value for each in read_ones if each and each.kind is who.kind]
    others.append(address.whatsapp_phone(fields.get("WaId")) or "")
    return tuple(dict.fromkeys(other for other in others if other and other != who.value))


def _keyword(fields: Fields, kind: ChannelKind, *, keywords: bool) -> str | None:
    handled = fields.get("OptOutType").strip().lower()
    if handled in ("stop", "start", "help"):
        return handled
    if kind is ChannelKind.SMS and keywords:
        return KEYWORDS.get(fields.get("Body").strip().lower())
    return None


def _reopens(fields: Fields, kind: ChannelKind, *, keywords: bool) -> bool:
    """Whether this is a YES, which lifts Twilio's block if there is one, and is answered by us."""
    return kind is ChannelKind.SMS and keywords and fields.get("Body").strip().lower() == _YES


def _reachability(message: InboundMessage, *, opens: bool) -> Sequence[Reachability]:
    """A keyword Twilio obeyed changes whom its own block lets us write to."""
    word = message.keyword or (_YES if opens else "")
    state = _REACH.get(word)
    if state is None:
        return ()
    return (
        Reachability(
            channel=message.channel,
            kind=message.kind,
            address=message.sender.address,
            state=state,
            event_id=f"{message.provider_id}:{word}",
            reason=f"{word.upper()} by the customer, handled by Twilio",
        ),
    )


def _message_kind(fields: Fields, who: Address) -> MessageKind:
    if _payload(fields) is not None:
        return MessageKind.BUTTON
    if fields.get("Latitude") and fields.get("Longitude"):
        return MessageKind.LOCATION
    attachments = _attachments(fields)
    if any(each.content_type in _VCARDS for each in attachments):
        return MessageKind.CONTACT
    if attachments:
        return MessageKind.MEDIA
    return MessageKind.TEXT if _words(fields, who).strip() else MessageKind.OTHER


def _payload(fields: Fields) -> str | None:
    """What we gave the button or list entry that was pressed, or a flow's answers as JSON."""
    for name in ("ButtonPayload", "ListId", "FlowData", "InteractiveData"):
        if fields.get(name):
            return fields.get(name)
    return None


def _attachments(fields: Fields) -> tuple[Attachment, ...]:
    """Media by reference; read by what is there, since NumMedia may be missing or wrong."""
    numbers = sorted(int(match[1]) for match in map(_MEDIA_URL.match, fields) if match)
    return tuple(
        Attachment(
            reference=fields.get(f"MediaUrl{number}"),
            content_type=_content_type(fields.get(f"MediaContentType{number}")),
        )
        for number in numbers
        if fields.get(f"MediaUrl{number}")
    )


def _content_type(given: str) -> str | None:
    """The type without its parameters; None for what is no type."""
    named = given.partition(";")[0].strip().lower()
    return named if _CONTENT_TYPE.match(named) else None


def _metadata(request: WebhookRequest, fields: Fields) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        ours: fields.get(theirs) for theirs, ours in _METADATA.items() if fields.get(theirs)
    }
    location = {name.lower(): fields.get(name) for name in _LOCATION if fields.get(name)}
    referral = {
        clean(name[len(_REFERRAL) :]): fields.get(name)
        for name in fields
        if name.startswith(_REFERRAL) and fields.get(name) not in ("", "0")
    }
    token = request.headers.get("i-twilio-idempotency-token", "")
    for name, value in (("location", location), ("referral", referral), ("retry_token", token)):
        if value:
            found[name] = value
    return found
