"""A person's template through the real Twilio adapter, and the list with its states."""

import asyncio
from datetime import timedelta

import pytest

from bot import takeover
from bot.delivery import drafting, template_list
from channels.errors import Refused, WindowClosed
from crm_store import conversations, lookups, staff, templates
from crm_store.models.kinds import TemplateState
from crm_store.session import now
from tests.channels_flow.conftest import ANA
from tests.peers.twilio_resources import content
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
VALUES = {"1": "Ana", "2": "TS-204815"}
STATES = ("approved", "pending", "rejected", "paused", "disabled", "received", "unsubmitted")
REFUSALS = [(63040, "rejected"), (63041, "paused"), (63042, "disabled")]


@pytest.fixture
async def rani(stage):
    """Rani has taken the conversation of Ana, whose window closed yesterday."""
    stage.twilio.contents += [
        content("siap", "Halo {{1}}, pesanan {{2}} siap ya.", language="id"),
        content("ready", "Hello {{1}}, order {{2}} is ready.", language="en"),
    ]
    await template_list.sync(stage.app, "toko")
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    with stage.app.db.transaction() as session:
        found = staff.add(session, email="rani@sinar.example", name="Rani", team="service")
        takeover.take(session, talk(session), found)
        talk(session).last_inbound_at = now() - timedelta(hours=25)
    return found


def talk(session):
    return lookups.conversation_at(session, "whatsapp", ANA)


def states(stage):
    with stage.app.db.reading() as session:
        return {one.name: one.state.value for one in templates.of_channel(session, "toko")}


def send(stage, rani, name="siap", values=VALUES):
    with stage.app.db.transaction() as session:
        [one] = [one for one in templates.of_channel(session, "toko") if one.name == name]
        choice = drafting.choose(session, stage.app, talk(session), one.id)
        message = drafting.reply_by_template(session, talk(session), rani, choice, values)
    stage.app.wake.sends()
    return message.id


async def test_a6_1_a_persons_template_goes_out_as_content_with_variables(stage, rani):
    message_id = send(stage, rani)
    await stage.rest()
    sent = stage.twilio.messages[-1]
    [form] = [form for *_, form in stage.twilio.requests if form.get("ContentSid")]
    assert form["ContentSid"] == stage.twilio.contents[0]["sid"]
    assert form["ContentVariables"] == '{"1": "Ana", "2": "TS-204815"}'
    assert "Body" not in form
    assert sent["body"] == stage.message(message_id).text == "Halo Ana, pesanan TS-204815 siap ya."


async def test_a6_1_free_text_is_not_even_queued(stage, rani):
    before = len(stage.thread())
    with stage.app.db.transaction() as session, pytest.raises(WindowClosed):
        drafting.reply(session, stage.app, talk(session), rani, "Pesanan Kakak siap")
    assert len(stage.thread()) == before


async def test_a6_3_an_incomplete_template_never_reaches_twilio(stage, rani):
    before = len(stage.twilio.messages)
    with pytest.raises(Refused, match="needs a value for: 2"):
        send(stage, rani, values={"1": "Ana"})
    await stage.rest()
    assert len(stage.twilio.messages) == before


async def test_a6_4_the_list_is_kept_with_its_states(stage):
    stage.twilio.contents += [content(word, "Halo.", status=word) for word in STATES]
    assert await template_list.sync(stage.app, "toko") is None
    assert states(stage) == {**{word: word for word in STATES}, "received": "pending"}


async def test_only_approved_ones_may_be_chosen_the_customers_language_first(stage, rani):
    stage.twilio.contents += [content(f"x-{word}", "Halo.", status=word) for word in STATES[1:]]
    await template_list.sync(stage.app, "toko")
    with stage.app.db.transaction() as session:
        talk(session).language = "en"
        names = [one.template.name for one in drafting.choices(session, stage.app, talk(session))]
    assert names == ["ready", "siap"]


async def test_while_twilio_is_silent_the_old_list_stays(stage, rani):
    await stage.twilio.stop()
    assert await template_list.sync(stage.app, "toko")
    assert states(stage) == {"ready": "approved", "siap": "approved"}


@pytest.mark.parametrize(("code", "state"), REFUSALS)
async def test_a6_4_a_refusal_sets_the_state_at_once(stage, rani, code, state):
    stage.twilio.faults.append(Fault(400, code))
    send(stage, rani)
    await stage.until(lambda: states(stage)["siap"] == state, "the state was not learned")
    with pytest.raises(Refused, match="not approved"):
        send(stage, rani)


async def test_a6_4_so_does_a_report_that_comes_later(stage, rani):
    send(stage, rani)
    await stage.rest()
    await stage.twilio.report(stage.twilio.messages[-1]["sid"], "failed", code=63041)
    assert states(stage) == {"ready": "approved", "siap": TemplateState.PAUSED}


@pytest.mark.parametrize(("code", "state"), REFUSALS)
async def test_a6_4_so_does_a_report_that_comes_before_twilios_answer(stage, rani, code, state):
    answered = asyncio.Event()
    before = len(stage.twilio.messages)
    stage.twilio.faults.append(Fault(taken=True, held=answered))
    send(stage, rani)
    await stage.until(lambda: len(stage.twilio.messages) > before, "it was not taken")
    await stage.twilio.report(stage.twilio.messages[-1]["sid"], "failed", code=code)
    answered.set()
    await stage.until(lambda: states(stage)["siap"] == state, "the state was not learned")


async def test_a6_1_63016_closes_a_window_our_clock_holds_open(stage, rani):
    with stage.app.db.transaction() as session:
        talk(session).last_inbound_at = now() - timedelta(hours=23)
        drafting.reply(session, stage.app, talk(session), rani, "Halo Kak")
    stage.app.wake.sends()
    await stage.rest()
    await stage.twilio.report(stage.twilio.messages[-1]["sid"], "failed", code=63016)
    with stage.app.db.reading() as session:
        found = drafting.window_of(session, stage.app, conversations.get(session, 1))
    assert (found.open, found.told_closed) == (False, True)
