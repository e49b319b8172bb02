"""Taking, replying, handing back, resolving: what staff do and what follows."""

import pytest

from bot.site.pages import since
from crm_store import audit
from crm_store.models.kinds import Author, ConversationState, MessageStatus, Owner
from crm_store.session import now
from tests.console import cast


def test_whoever_asked_for_a_person_stands_in_the_list_with_the_reason(rani, waiting):
    shown = rani.get("/console").text
    assert "Ana Permata" in shown
    assert "asked for a person" in shown
    assert f'data-waiting="{waiting}"' in shown


def test_the_page_shows_thread_and_profile_side_by_side(rani, waiting):
    shown = rani.get(f"/console/conversations/{waiting}").text
    for words in ("mau bicara sama orang", "No membership card yet", cast.ANA, "verified"):
        assert words in shown


def test_taking_makes_it_mine_and_my_teams(rani, taken, talk):
    conversation = talk(taken)
    assert (conversation.owner, conversation.team) == (Owner.STAFF, "service")
    assert 'data-mine="yes"' in rani.get(f"/console/conversations/{taken}").text


def test_a_reply_goes_out_on_the_customers_own_channel(app, rani, taken):
    cast.post(rani, f"/console/conversations/{taken}/reply", text="Halo Kak Ana, saya Rani.")
    cast.settle(app)
    sent = app.channels["demo-whatsapp"].sent[-1]
    assert (sent.to, sent.text) == (cast.ANA, "Halo Kak Ana, saya Rani.")


def test_the_bot_is_silent_while_a_person_has_it(app, taken, said):
    cast.ana_says(app, "halo?")
    last = said(taken)[-1]
    assert (last.author, last.status) == (Author.CUSTOMER, MessageStatus.HELD)


def test_after_handing_back_the_bot_answers_again(app, rani, taken, said):
    cast.post(rani, f"/console/conversations/{taken}/hand-back")
    cast.ana_says(app, "jam buka?")
    assert said(taken)[-1].text == "echo: jam buka?"


def test_resolving_closes_it_until_they_write_again(app, rani, taken, talk):
    cast.post(rani, f"/console/conversations/{taken}/resolve")
    assert talk(taken).state == ConversationState.RESOLVED
    cast.ana_says(app, "satu lagi")
    assert talk(taken).state == ConversationState.OPEN


@pytest.mark.parametrize("end", ["/reply", "/hand-back", "/resolve"])
def test_what_somebody_else_took_must_be_taken_first(signed_in, taken, end):
    answer = cast.post(signed_in(cast.SARI), f"/console/conversations/{taken}{end}", text="halo")
    assert answer.status_code == 409


@pytest.mark.parametrize("text", ["", "   ", "a" * 4001])
def test_an_empty_or_endless_reply_is_not_sent(rani, taken, said, text):
    before = len(said(taken))
    answer = cast.post(rani, f"/console/conversations/{taken}/reply", text=text)
    assert (answer.status_code, len(said(taken))) == (422, before)


def test_a_reply_from_the_live_page_answers_with_the_thread(rani, taken):
    rani.headers["HX-Request"] = "true"
    answer = cast.post(rani, f"/console/conversations/{taken}/reply", text="Sebentar ya.")
    assert answer.status_code == 200
    assert "Sebentar ya." in answer.text
    assert "<html" not in answer.text


def test_every_action_stands_in_the_audit_trail(app, rani, taken):
    cast.post(rani, f"/console/conversations/{taken}/reply", text="Halo")
    cast.post(rani, f"/console/conversations/{taken}/hand-back")
    with app.db.reading() as session:
        actions = [one.action for one in audit.of_subject(session, "conversation", taken)]
    assert actions == ["hand_back", "reply", "take"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>']
)
def test_what_customers_write_is_text_and_nothing_else(app, rani, waiting, text):
    cast.ana_says(app, text)
    for path in (f"/console/conversations/{waiting}", "/console?view=all"):
        shown = rani.get(path).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert ">49<" not in shown


def test_times_of_waiting_read_like_a_clock():
    from datetime import timedelta

    at = now()
    spans = [timedelta(seconds=5), timedelta(minutes=4), timedelta(hours=3), timedelta(days=2)]
    assert [since(at - span, at) for span in spans] == ["now", "4 min", "3 h", "2 d"]
