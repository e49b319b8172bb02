"""Every type of channel: one event delivered five times at once to two programs is one turn."""

import asyncio
import hmac
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from bot import inbound, turn
from bot.app import build
from bot.settings import Settings
from channels.base import WebhookRequest
from channels.http import signature
from channels.registry import CHANNEL_TYPES
from crm_store import messages
from crm_store.models import Conversation
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.channels_flow.conftest import PUBLIC_URL
from tests.channels_flow.conftest import settings as with_providers
from tests.peers import twilio_resources

pytestmark = pytest.mark.anyio
SECRET = "sixteen-or-more-characters"
NOBODY = "http://127.0.0.1:9"
MAIL = (
    b"From: ana@pelanggan.example\r\nSubject: Kulkas\r\nMessage-ID: <m1@pelanggan.example>\r\n"
    b"Date: Sat, 15 Jun 2024 14:59:00 +0700\r\n\r\nhalo\r\n"
)
SAID = {"type": "message", "id": "m1", "text": "halo"}


def given(folder):
    """`config.yml` with a channel of every type."""
    found = with_providers(folder, NOBODY, NOBODY)
    smtp = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    found["channels"] |= {
        "mail": {"type": "email", "address": "a@b.example", "secret": SECRET, "smtp": smtp},
        "other": {"type": "http", "url": NOBODY, "secret": SECRET},
        "demo": {"type": "memory", "kind": "sms", "secret": SECRET},
        "web": {"type": "web", "secret": SECRET},
    }
    return found


def call(name, body, **headers):
    return WebhookRequest("POST", f"{PUBLIC_URL}/webhooks/{name}", headers, body)


def twilio(app):
    form = {
        "MessageSid": "SM" + "1" * 32, "AccountSid": twilio_resources.ACCOUNT, "Body": "halo",
        "From": "whatsapp:+6281200000001", "To": f"whatsapp:{twilio_resources.WHATSAPP}",
        "SmsStatus": "received", "NumMedia": "0",
    }  # fmt: skip
    url = f"{PUBLIC_URL}/webhooks/toko"
    signed = RequestValidator(twilio_resources.TOKEN).compute_signature(url, form)
    kind = "application/x-www-form-urlencoded"
    headers = {"x-twilio-signature": signed, "content-type": kind}
    return call("toko", urlencode(form).encode(), **headers)


def telegram(app):
    ana = {"id": 815, "is_bot": False, "first_name": "Ana"}
    said = {"message_id": 7, "date": 1_790_000_000, "chat": {"id": 815, "type": "private"},
            "from": ana, "text": "halo"}  # fmt: skip
    body = json.dumps({"update_id": 1, "message": said}).encode()
    return call("bot", body, **{"x-telegram-bot-api-secret-token": "telegram-secret"})


def email(app):
    made = hmac.new(SECRET.encode(), MAIL, sha256).hexdigest()
    headers = {"content-type": "message/rfc822", "x-akrab-signature": f"sha256={made}"}
    return call("mail", MAIL, **headers)


def http(app):
    body = json.dumps({"events": [{**SAID, "from": {"id": "ana"}}]}).encode()
    return call("other", body, **{"x-akrab-signature": signature(SecretStr(SECRET), body)})


def memory(app):
    body = json.dumps({"events": [{**SAID, "from": "+6281200000001"}]}).encode()
    return call("demo", body, **{"x-akrab-secret": SECRET})


def web(app):
    token = app.channels["web"].new_token()
    body = json.dumps({"id": "m1", "text": "halo"}).encode()
    return call("web", body, authorization=f"Bearer {token}")


REQUESTS = {
    "email": email, "http": http, "memory": memory, "telegram": telegram, "twilio": twilio,
    "web": web,
}  # fmt: skip


@pytest.fixture
def two(database_url, tmp_path):
    """Two programs on one store, as two processes would be."""
    apps = []
    for _ in range(2):
        db = Database.open(database_url, synchronous="off")
        settings = Settings.model_validate(given(tmp_path))
        apps.append(build(settings, db=db, engine=ScriptedEngine()))
    yield apps
    for app in apps:
        app.close()


def kept(app):
    """What is in the store: the direction of every message."""
    with app.db.reading() as session:
        talks = session.query(Conversation).all()
        return [one.direction.value for talk in talks for one in messages.thread(session, talk.id)]


def test_every_type_of_channel_is_played():
    assert set(REQUESTS) == set(CHANNEL_TYPES)


@pytest.mark.parametrize("kind", REQUESTS)
async def test_a3_3_five_deliveries_at_once_are_one_message_and_one_turn(two, kind):
    request = REQUESTS[kind](two[0])
    name = request.url.rpartition("/")[2]
    deliveries = [inbound.receive(two[number % 2], name, request) for number in range(5)]
    answers = await asyncio.gather(*deliveries)
    assert {answer.status for answer in answers} == {200}
    for _ in range(2):
        await asyncio.gather(*(turn.take(app) for app in two))
    assert kept(two[0]) == ["in", "out"]
    assert sum(len(app.engine.heard) for app in two) == 1


async def test_the_same_again_after_its_turn_is_nothing(two):
    for app in (*two, *two):
        await inbound.receive(app, "other", http(app))
        await turn.take(app)
    assert kept(two[0]) == ["in", "out"]


PROCESS = """
import asyncio, sys
from tests.channels_flow.test_once_everywhere import deliver
asyncio.run(deliver(sys.argv[1], sys.argv[2]))
"""


async def deliver(url, folder):
    """In a process of its own: told to, everything five times at once, then the turns."""

    settings = Settings.model_validate(given(Path(folder)))
    app = build(settings, db=Database.open(url, synchronous="off"), engine=ScriptedEngine())
    made = [make(app) for name, make in REQUESTS.items() if name != "web"]
    print("ready", flush=True)
    sys.stdin.readline()
    again = [one for one in made for _ in range(5)]
    await asyncio.gather(*(inbound.receive(app, one.url.rpartition("/")[2], one) for one in again))
    for _ in range(3):
        await turn.take(app)
    app.close()
    print(len(app.engine.heard))


@pytest.mark.slow
async def test_two_processes_take_five_deliveries_of_everything_once(two, database_url, tmp_path):

    command, pipe = [sys.executable, "-c", PROCESS, database_url, str(tmp_path)], subprocess.PIPE
    running = [
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)
    ]
    for one in running:
        assert await one.stdout.readline() == b"ready\n"
    told = [asyncio.create_task(one.communicate(b"go\n")) for one in running]
    heard = [int((await one)[0].split()[-1]) for one in told]
    assert sum(heard) == len(REQUESTS) - 1
    assert sorted(kept(two[0])) == ["in"] * 5 + ["out"] * 5
