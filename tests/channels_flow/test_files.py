"""From a customer's phone to the desk: webhook, message, file fetched from the provider, page."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from bot.files.fetching import GONE_ATTEMPTS
from bot.web import create_web
from crm_store import attachments, staff
from crm_store import models as tables
from crm_store.models.kinds import StaffRole
from crm_store.session import now
from tests.attachments.conftest import PDF, PNG
from tests.channels_flow.conftest import ANA
from tests.peers import telegram_server
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)


async def file_of(stage: Any, address: str = ANA, kind: str = "whatsapp", *states: str) -> Any:
    """The file of the first message, once it is in one of these states."""

    def look() -> Any:
        [message, *_] = stage.said(address, kind) or [None]
        with stage.app.db.reading() as session:
            found = attachments.of_messages(session, [message] if message else [])
        [file] = found.get(message.id, [None]) if message else [None]
        return file if file and file.state in (states or ("stored", "refused", "failed")) else None

    return await stage.until(look, "the file was not settled")


def due_now(stage: Any) -> None:
    """Let the time until the next try go by."""
    with stage.app.db.transaction() as session:
        for one in session.query(tables.Attachment):
            one.not_before = now()
    stage.app.wake.files()


async def desk(stage: Any) -> AsyncClient:
    """Rani's browser, signed in."""
    client = AsyncClient(transport=ASGITransport(create_web(stage.app)), base_url="https://x")
    with stage.app.db.transaction() as session:
        rani = staff.add(session, email="rani@sinar.example", name="Rani",
                         role=StaffRole.ADMIN, team=None, password_hash="x")  # fmt: skip
        client.cookies.set("akrab_staff", staff.open_session(session, rani.id))
    return client


async def test_a6_8_a_whatsapp_photo_is_at_the_desk_a_moment_later(stage):
    assert await stage.twilio.customer_sends(PNG, "image/png") == 200
    file = await file_of(stage)
    async with await desk(stage) as rani:
        page = await rani.get(f"/console/conversations/{stage.said()[0].conversation_id}")
        photo = await rani.get(f"/console/attachments/{file.id}")
    assert f'<img src="/console/attachments/{file.id}"' in page.text
    assert (photo.content, photo.headers["content-type"]) == (PNG, "image/png")


async def test_the_answer_does_not_wait_for_the_file(stage):
    stage.twilio.file_faults.append(Fault(held=(given := asyncio.Event())))
    await stage.twilio.customer_sends(PNG, "image/png")
    await stage.until(stage.replies)
    assert (await file_of(stage, ANA, "whatsapp", "waiting")).state == "waiting"
    given.set()
    assert (await file_of(stage)).state == "stored"


async def test_b2_8_a_telegram_document_keeps_its_name(stage):
    stage.telegram.files["BQAC-1"] = ("documents/file_1.pdf", PDF, len(PDF))
    document = {"file_id": "BQAC-1", "file_unique_id": "u1", "file_name": "nota kulkas.pdf",
                "mime_type": "application/pdf", "file_size": len(PDF)}  # fmt: skip
    said = stage.telegram.said("")
    del said["text"]
    await stage.telegram.deliver(stage.telegram.happens(message={**said, "document": document}))
    file = await file_of(stage, TELEGRAM_ANA, "telegram")
    assert (file.state, file.filename, file.size) == ("stored", "nota kulkas.pdf", len(PDF))


async def test_what_twilio_cannot_give_now_is_asked_for_again(stage):
    stage.twilio.file_faults.append(Fault(503))
    await stage.twilio.customer_sends(PNG, "image/png")
    await stage.until(lambda: not stage.twilio.file_faults)
    assert (await file_of(stage, ANA, "whatsapp", "waiting")).state == "waiting"
    await stage.rest()
    await stage.until(lambda: due_now(stage) or _state(stage) == "stored")


async def test_twilios_webhook_may_come_before_the_file_can_be_had(stage):
    stage.twilio.file_faults.append(Fault(404))
    await stage.twilio.customer_sends(PNG, "image/png")
    file = await file_of(stage)
    assert (file.state, file.attempts) == ("stored", 2)


async def test_what_is_gone_is_said_to_be(stage):
    stage.twilio.file_faults.extend([Fault(404)] * GONE_ATTEMPTS)
    await stage.twilio.customer_sends(PNG, "image/png")
    await stage.until(lambda: due_now(stage) or _state(stage) == "failed")
    assert (await file_of(stage)).reason == "gone"


async def test_a6_8_an_address_elsewhere_is_never_asked(stage):
    told = {"NumMedia": "1", "MediaUrl0": f"{stage.telegram.url}/x", "MediaContentType0": "x/y"}
    await stage.twilio.customer_writes("", **told)
    file = await file_of(stage)
    assert (file.state, file.reason, stage.telegram.asked("x")) == ("refused", "host", [])


async def test_a_program_that_claims_to_be_a_photo_is_not_kept(stage):
    await stage.twilio.customer_sends(b"MZ" + bytes(500), "image/jpeg")
    file = await file_of(stage)
    assert (file.state, file.reason) == ("refused", "harmful")
    assert not (stage.app.settings.data / "attachments").exists()


def _state(stage: Any) -> str:
    with stage.app.db.reading() as session:
        return session.query(tables.Attachment).one().state
