"""Real Rasa out of reach in the middle of a form, and back: the customer is never left alone."""

import httpx
import pytest

from bot.stories.playing import Player
from bot.stories.reading import Story
from crm_store import complaints, consents, conversations
from crm_store.models import Identity
from crm_store.models.kinds import Owner
from nlu.rasa.breaker import Breaker
from nlu.rasa.client import RasaClient, Server
from nlu.rasa.engine import RasaEngine

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]
STORY = Story("a complaint", "here:1", ())


class Wire(httpx.HTTPTransport):
    """The network between us and Rasa."""

    cut = False
    deaf = False
    """What we say arrives; no answer comes back."""
    meanwhile = staticmethod(lambda: None)
    """What happens while Rasa thinks."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("the wire is cut")
        response = super().handle_request(request)
        if self.deaf:
            response.read()
            raise httpx.ReadError("Rasa has died in the middle of its answer")
        self.meanwhile()
        return response


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def player_of(wire, rasa_server, company, model):
    """A customer of a product whose Rasa is at the other end of the wire."""
    plan, players = rasa_server.plan, []

    def make(*, stand_in):
        client = RasaClient(Server(plan.url, plan.rasa_token, 60), wire)
        engine = RasaEngine(client, model, stand_in=stand_in, breaker=Breaker(rest=0.0))
        players.append(Player(STORY, engine, company.stage.fresh()))
        company.door.admit(players[-1].app)
        return players[-1]

    yield make
    for one in players:
        one.close()


def the_only_case(player):
    with player.db.reading() as session:
        customer = session.get_one(Identity, player.identity_id).customer_id
        (case,) = complaints.of_customer(session, customer)
        return case.product, case.wish


def test_the_embedded_engine_goes_on_in_the_form_and_rasa_after_it(player_of, wire):
    player = player_of(stand_in=True)
    heard = [player.say("mau komplain dong")]
    wire.cut = True
    heard.append(player.say("gak bisa nyala dari kemarin"))
    assert heard[-1].replies
    wire.cut = False
    heard += [player.say("kipas angin"), player.say("diperbaiki aja")]
    assert [one.active_loop for one in heard] == ["complaint_form"] * 3 + [None]
    assert the_only_case(player) == ("kipas angin", "repair")


def test_a_form_that_was_finished_without_rasa_is_not_open_when_it_is_back(player_of, wire):
    player = player_of(stand_in=True)
    heard = [player.say("mau komplain dong")]
    wire.cut = True
    heard += [player.say(one) for one in ("gak bisa nyala", "kipas angin", "diperbaiki aja")]
    wire.cut = False
    heard += [player.say("jam buka toko berapa?"), player.say("mau komplain lagi")]
    assert [one.active_loop for one in heard] == ["complaint_form"] * 3 + 2 * [None] + [
        "complaint_form"
    ]
    assert heard[-2].actions[0] == "action_opening_hours"


def pieces_of_consent(player):
    with player.db.reading() as session:
        customer = session.get_one(Identity, player.identity_id).customer_id
        return len(consents.of_customer(session, customer))


@pytest.mark.parametrize("form_is_open", [False, True])
def test_what_an_action_did_before_rasa_died_is_not_done_again(player_of, wire, form_is_open):
    player = player_of(stand_in=True)
    player.say("mau komplain dong" if form_is_open else "halo")
    wire.deaf = True
    assert player.say("jangan kirim promo lagi").actions[0] == "action_stop_messages"
    assert pieces_of_consent(player) == 1
    wire.deaf = False
    assert player.say("halo").replies


def test_without_a_stand_in_a_person_takes_over_and_says_so(player_of, wire):
    player = player_of(stand_in=False)
    player.say("mau komplain dong")
    wire.cut = True
    player.say("gak bisa nyala dari kemarin")
    assert player.owner() == Owner.QUEUE
    assert "Rekan kami akan melanjutkan" in player.app.channels["story-whatsapp"].sent[-1].text


def test_a_form_that_was_opened_while_a_person_stepped_in_is_not_open(player_of, wire):
    player = player_of(stand_in=False)

    def step_in():
        with player.db.transaction() as session:
            conversations.change_owner(session, conversations.get(session, 1), Owner.QUEUE)

    player.say("halo")
    wire.meanwhile = step_in
    assert player.say("mau komplain dong").active_loop == "complaint_form"
    wire.meanwhile = lambda: None
    assert player.say("halo").active_loop is None
    assert len(player.app.channels["story-whatsapp"].sent) == 2
