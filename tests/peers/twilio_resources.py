"""What the small Twilio holds: its one account, its error bodies, content templates."""

import random
from collections.abc import Mapping
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
