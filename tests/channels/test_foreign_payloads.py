"""Other people's recorded webhooks, posted as their provider would: one record each, text exact.

Their files are not ours to ship. Put some into a folder and name it in AKRAB_FOREIGN_PAYLOADS:
`.json` (one payload or a list), `.jsonl` (one a line) or `.form` (url-encoded, one a line). A
payload with an `update_id` is Telegram's, one with a `…Sid` Twilio's. Test fixtures of courier,
chatwoot, teloxide, aiogram, TelegramBots, frankenstein, botbuilder, pyTelegramBotAPI, three PHP
libraries for Telegram, a Kotlin and a Scala one, hubot's adapter and six users of Twilio were read
this way; so were, all right at first sight, 174 payloads of telegraph, telebot, ex_gram, ktgbotapi,
tgbot-cpp, an Elixir and a Go library, open-chat-studio, django-twilio, rapidsms, Spoke and four
more.
"""

import asyncio
import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot import webhooks
from bot.app import App, build
from bot.settings import Settings
from channels.telegram import payments
from channels.telegram.content import SERVICE
from crm_store import migrate
from crm_store.models import Message
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.peers import telegram_server, twilio_resources

FOLDER = os.environ.get("AKRAB_FOREIGN_PAYLOADS")
KINDS = (".json", ".jsonl", ".form")
FILES = [one for one in sorted(Path(FOLDER).rglob("*")) if one.suffix in KINDS] if FOLDER else []
PUBLIC_URL = "https://toko-sinar.example"
RIGHT = 0.97
FORM = "application/x-www-form-urlencoded"
SIDS = ("MessageSid", "SmsMessageSid", "SmsSid")
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Expected:
    """What a payload says by its provider's documentation; None: nothing we serve."""

    text: str
    address: str | None = None


def payloads(path: Path) -> Iterator[Mapping[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".form":
        yield from (dict(parse_qsl(line, keep_blank_values=True)) for line in text.splitlines())
    else:
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        for found in map(json.loads, filter(None, lines)):
            yield from found if isinstance(found, list) else [found]


def of_telegram(update: Mapping[str, Any]) -> Expected | None:
    """A person's message in a private chat, or an edit of one."""
    said = next((update[k] for k in ("message", "edited_message") if k in update), None)
    chat = said.get("chat") if isinstance(said, dict) else None
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int) or chat["id"] <= 0:
        return None
    who = said.get("from", chat)
    if chat.get("type", "private") != "private" or not isinstance(who.get("id"), int):
        return None
    if SERVICE & said.keys() or not isinstance(said.get("message_id"), int):
        return None
    text = said.get("text") or said.get("caption") or ""
    return Expected("/start" if text.startswith("/start ") else text, str(who["id"]))


def of_twilio(fields: Mapping[str, str]) -> Expected | None:
    """A message to a number or to WhatsApp."""
    sender, word = fields.get("From", ""), fields.get("MessageStatus") or fields.get("SmsStatus")
    other = ":" in sender and not sender.startswith("whatsapp:")
    if not sender or other or (word or "received") != "received":
        return None
    text = fields.get("Body", "")
    if sender.startswith("whatsapp:"):
        text = fields.get("ButtonText") or text
    return Expected(text.replace("\0", ""))


@dataclass
class Site:
    """The program's webhooks over a store of its own."""

    app: App
    client: httpx.AsyncClient

    def records(self, after: int) -> list[Message]:
        with self.app.db.reading() as session:
            query = select(Message).where(Message.id > after).order_by(Message.id)
            return list(session.scalars(query))

    async def take(self, payload: Mapping[str, Any]) -> int:
        """Post a payload under an id of its own, since recordings share theirs; the status."""
        channel, body, headers = (as_telegram if "update_id" in payload else as_twilio)(payload)
        answer = await self.client.post(f"/webhooks/{channel}", content=body, headers=headers)
        return answer.status_code


def as_telegram(update: Mapping[str, Any]) -> tuple[str, bytes, dict[str, str]]:
    said = update.get("message") or update.get("edited_message")
    if isinstance(said, dict) and isinstance(said.get("message_id"), int):
        said["message_id"] = next(NUMBERS)
    return "tg", json.dumps(update).encode(), {"x-telegram-bot-api-secret-token": "s" * 20}


def as_twilio(fields: Mapping[str, Any]) -> tuple[str, bytes, dict[str, str]]:
    sid = f"SM{next(NUMBERS):032d}"
    given = {name: str(value) for name, value in fields.items() if value is not None}
    form = given | {name: sid for name in SIDS if name in given}
    form["AccountSid"] = twilio_resources.ACCOUNT
    signer = RequestValidator(twilio_resources.TOKEN)
    signature = signer.compute_signature(f"{PUBLIC_URL}/webhooks/tw", form)
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    return "tw", urlencode(form).encode(), headers


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    url = f"sqlite:///{tmp_path / 'akrab.db'}"
    migrate.upgrade(url)
    twilio = {"type": "twilio", "account_sid": twilio_resources.ACCOUNT,
              "auth_token": twilio_resources.TOKEN, "whatsapp": twilio_resources.WHATSAPP,
              "sms": twilio_resources.NUMBER}  # fmt: skip
    telegram = {"type": "telegram", "token": telegram_server.TOKEN, "secret": "s" * 20}
    settings = Settings.model_validate({
        "data": tmp_path, "web": {"secret_key": "tests-only", "public_url": PUBLIC_URL},
        "channels": {"tw": twilio, "tg": telegram},
    })  # fmt: skip
    db = Database.open(url, synchronous="off")
    built = build(settings, db=db, engine=ScriptedEngine())
    yield built
    built.close()
    db.close()


@pytest.mark.foreign
@pytest.mark.skipif(not FILES, reason="AKRAB_FOREIGN_PAYLOADS names no folder of payloads")
@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_foreign_payload_is_one_record_with_its_text(path, app):
    found = list(payloads(path))
    wrong = asyncio.run(play(app, found))
    print(f"{path.name}: {len(found) - len(wrong)} of {len(found)} right")
    assert len(wrong) <= (1 - RIGHT) * len(found), "\n".join(wrong)


async def play(app: App, found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Post all of them; what each wrong one led to."""
    web, wrong, last = FastAPI(), [], 0
    web.include_router(webhooks.routes(app))
    transport = httpx.ASGITransport(app=web, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        site = Site(app, client)
        for payload in found:
            status = await site.take(payload)
            assert status == 200, (status, payload)
            new = site.records(last)
            last = new[-1].id if new else last
            if not is_right(payload, new):
                wrong.append(f"{[one.text for one in new]} for {payload}")
    return wrong


def is_payment(payload: Mapping[str, Any]) -> bool:
    """Declined, and kept for staff to see."""
    return bool(payload.keys() & set(payments.KINDS))


def is_right(payload: Mapping[str, Any], new: Sequence[Message]) -> bool:
    """One record with the words, or none; what has no words may be shown as an emoji."""
    expected = (of_telegram if "update_id" in payload else of_twilio)(payload)
    if expected is None:
        return not new or new[0].kind == "button" or is_payment(payload)
    return len(new) == 1 and (not expected.text or new[0].text == expected.text)
