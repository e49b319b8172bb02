"""What the small Twilio holds: its one account, its error bodies, content templates."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from aiohttp import web

ACCOUNT = "AC" + "a" * 32
TOKEN = "a-token-of-nobody"
WHATSAPP = "+6281100000001"
NUMBER = "+6281100000002"
SERVICE = "MG" + "b" * 32
KEY, KEY_SECRET = "SK" + "d" * 32, "a-secret-of-nobody"


def problem(
    status: int, code: int | None, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An error in the form of Twilio's 2010 API."""
    body = {"code": code, "message": message, "status": status,
            "more_info": f"https://www.twilio.com/docs/errors/{code}"}  # fmt: skip
    return web.json_response(body, status=status, headers=headers)


def received(form: Mapping[str, str]) -> dict[str, Any]:
    """A customer's message in the list of messages, which knows less than its webhook says."""
    at = format_datetime(datetime.now(UTC))
    files = [form[name].rpartition("/")[2] for name in form if name.startswith("MediaUrl")]
    return {
        "sid": form["MessageSid"], "account_sid": ACCOUNT, "from": form["From"],
        "to": form["To"], "body": form["Body"], "direction": "inbound", "status": "received",
        "num_media": form["NumMedia"], "num_segments": "1", "error_code": None,
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "date_created": at, "date_sent": at, "files": files,
    }  # fmt: skip


def listed(messages: Iterable[dict[str, Any]], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The newest first, by recipient and time as asked."""
    since = asked.get("DateSent>", "")
    earliest = datetime.fromisoformat(since) if since else None
    found = [
        each
        for each in messages
        if asked.get("To") in (None, each["to"]) and (earliest is None or _sent(each) >= earliest)
    ]
    return sorted(
        reversed(found), key=lambda each: parsedate_to_datetime(each["date_created"]), reverse=True
    )


def _sent(message: Mapping[str, Any]) -> datetime:
    """What is still in the queue has not been sent."""
    at = message["date_sent"]
    return parsedate_to_datetime(at) if at else datetime.min.replace(tzinfo=UTC)


def content(
    name: str, body: str, *, status: str = "approved", language: str = "id", **samples: str
) -> dict[str, Any]:
    """A text template as ContentAndApprovals lists it; `samples` are its default values."""
    return {
        "sid": "HX" + format(random.Random(name + language).getrandbits(128), "032x"),
        "account_sid": ACCOUNT, "friendly_name": name, "language": language,
        "variables": samples, "types": {"twilio/text": {"body": body}},
        "approval_requests": {"name": name, "category": "UTILITY", "status": status,
                              "content_type": "twilio/text", "rejection_reason": ""},
    }  # fmt: skip


def code_content(name: str, *, status: str = "approved", language: str = "id") -> dict[str, Any]:
    """A template for one-time codes: WhatsApp writes its words, the code is its only variable."""
    action = {"type": "COPY_CODE", "copy_code_text": "Salin kode"}
    listed = content(name, "", status=status, language=language, **{"1": "123456"})
    listed["types"] = {"whatsapp/authentication": {"actions": [action]}}
    listed["approval_requests"] |= {"category": "AUTHENTICATION"}
    return listed
