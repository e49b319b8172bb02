"""The providers' template lists: fetched when due, kept when the provider is silent."""

import asyncio
from datetime import timedelta

import pytest

from bot import inbound
from bot.delivery import template_list
from bot.delivery.template_list import Upkeep, told
from bot.worker import Worker
from channels.base import Capabilities, DeliveryStatus, StatusUpdate, Template
from channels.errors import Refused, Unreachable
from crm_store import lookups, messages, templates
from crm_store.models.kinds import Author, MessageStatus, TemplateState
from crm_store.session import now

READY = {"name": "memory-order-ready-id", "variables": {"1": "Ana", "2": "TS-1", "3": "Dago"}}


def synced(app, name="wa"):
    """Fetch a channel's list; why it did not come."""
    return asyncio.run(template_list.sync(app, name))


def listed(app, name="wa"):
    with app.db.reading() as session:
        return {one.name: one.state for one in templates.of_channel(session, name)}


class Silent:
    """A provider that does not answer."""

    name, kinds = "wa", ()
    capabilities = Capabilities(templates=True)

    async def templates(self):
        raise Unreachable("no answer")

    def template_state(self, error_code):
        return None

    def closes_window(self, error_code):
        return False


def test_a_list_is_fetched_and_kept(app):
    assert synced(app) is None
    assert listed(app)["pesanan_siap"] == TemplateState.APPROVED
    assert listed(app)["hadiah_undian"] == TemplateState.REJECTED


def test_only_channels_with_templates_are_asked(app):
    assert list(template_list.sources(app.channels)) == ["wa"]


def test_a_silent_provider_leaves_the_old_list_with_its_age(app):
    synced(app)
    app.channels["wa"] = Silent()
    assert synced(app) == "no answer"
    with app.db.reading() as session:
        kept = templates.list_of(session, "wa")
    assert (kept.error, len(listed(app))) == ("no answer", 6)
    assert kept.synced_at is not None


def test_it_is_fetched_at_a_start_and_then_when_it_is_due(app):
    upkeep = Upkeep(app)
    asyncio.run(upkeep.sync_due())
    with app.db.transaction() as session:
        templates.put(session, "wa", [])
    asyncio.run(upkeep.sync_due())
    assert listed(app) == {}
    with app.db.transaction() as session:
        templates.list_of(session, "wa").asked_at = now() - timedelta(minutes=31)
    asyncio.run(upkeep.sync_due())
    assert len(listed(app)) == 6


def test_two_workers_that_start_at_once_ask_once(app):
    asyncio.run(Upkeep(app).sync_due())
    with app.db.transaction() as session:
        templates.put(session, "wa", [])
    asyncio.run(Upkeep(app).sync_due())
    assert listed(app) == {}


@pytest.fixture
def ready(app, converse):
    """Ana has written, the list is there; queue her a template and give its id."""
    converse("halo")
    synced(app)

    def queue():
        with app.db.transaction() as session:
            talk = lookups.conversation_at(session, "whatsapp", "+6281200000001")
            content = {"template": READY}
            return messages.queue(
                session, talk, text="Halo", author=Author.SYSTEM, content=content
            ).id

    return queue


def settle(app):
    async def run():
        worker = Worker(app)
        await worker.idle()
        await asyncio.sleep(0.05)

    asyncio.run(run())


@pytest.mark.parametrize("state", ["rejected", "paused", "disabled"])
def test_a6_4_a_refused_send_sets_the_templates_state_at_once(app, wa, ready, state):
    ready()
    wa.failures.append(Refused("the template cannot be used", code=state))
    settle(app)
    assert listed(app)["pesanan_siap"] == TemplateState(state)
    with app.db.reading() as session:
        assert templates.list_of(session, "wa").asked_at is None


@pytest.mark.parametrize("state", ["rejected", "paused", "disabled"])
def test_a6_4_so_does_a_delivery_report(app, wa, ready, state):
    message_id = ready()
    settle(app)
    update = StatusUpdate("wa", str(message_id), DeliveryStatus.FAILED, error_code=state)
    asyncio.run(inbound.accept(app, [update]))
    asyncio.run(template_list.heed(app, wa, [update]))
    assert listed(app)["pesanan_siap"] == TemplateState(state)


def test_other_failures_say_nothing_of_the_template(app, wa, ready):
    message_id = ready()
    wa.failures.append(Refused("something else", code="21620"))
    settle(app)
    with app.db.reading() as session:
        assert messages.get(session, message_id).status == MessageStatus.FAILED
    assert listed(app)["pesanan_siap"] == TemplateState.APPROVED
    assert told(wa, {}, "paused", None) is None


def test_a_stored_template_fills_as_the_providers_own(app):
    synced(app)
    with app.db.reading() as session:
        [one] = [one for one in templates.of_channel(session, "wa") if one.name == "order_ready"]
    template = template_list.as_template(one)
    values = Template("order_ready", {"1": "Ana", "2": "TS-1", "3": "Dago"}).variables
    assert template.fill(values).startswith("Hello Ana, your order TS-1 is ready at Dago.")
