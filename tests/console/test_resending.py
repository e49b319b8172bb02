"""What was not delivered: shown with the reason, sent again only because a person says so."""

import pytest

from channels.errors import AddressDead, Refused, UnknownOutcome
from crm_store import audit, conversations, messages
from crm_store.models.kinds import Author, MessageStatus
from tests.console import cast


@pytest.fixture
def lose(app, rani, taken, said):
    """A reply of Rani's that ends with this error; gives its id."""

    def fail(error):
        app.channels["demo-whatsapp"].failures.append(error)
        cast.post(rani, f"/console/conversations/{taken}/reply", text="Halo Kak")
        cast.settle(app)
        return said(taken)[-1].id

    return fail


@pytest.fixture
def message(app):
    def read(message_id):
        with app.db.reading() as session:
            return messages.get(session, message_id)

    return read


def again(browser, message_id):
    return cast.post(browser, f"/console/messages/{message_id}/retry")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (Refused("Twilio 21620: a media URL is not valid"), "Not delivered: Twilio 21620"),
        (UnknownOutcome("no answer in time"), "Unknown whether it arrived: no answer in time"),
    ],
)
def test_what_was_not_delivered_is_shown_with_the_reason(rani, taken, lose, error, shown):
    lose(error)
    page = rani.get(f"/console/conversations/{taken}").text
    assert shown in page
    assert "Send again" in page


@pytest.mark.parametrize("error", [Refused("no"), UnknownOutcome("who knows")])
def test_it_goes_out_again_as_a_new_message(app, rani, taken, lose, said, error):
    lost = lose(error)
    assert again(rani, lost).status_code == 303
    cast.settle(app)
    old, new = said(taken)[-2:]
    assert (new.text, new.status, new.content["sends_again"]) == ("Halo Kak", "delivered", lost)
    assert (old.status, old.content["sent_again_as"]) == (MessageStatus.FAILED, new.id)
    assert [one.text for one in app.channels["demo-whatsapp"].sent].count("Halo Kak") == 1


def test_once_is_enough(app, rani, taken, lose, said):
    lost = lose(Refused("no"))
    again(rani, lost)
    count = len(said(taken))
    assert (again(rani, lost).status_code, len(said(taken))) == (409, count)
    assert "sent again below" in rani.get(f"/console/conversations/{taken}").text


def test_what_was_unknown_is_remembered_as_such(rani, taken, lose, message):
    lost = lose(UnknownOutcome("who knows"))
    again(rani, lost)
    assert message(lost).content["lost_as"] == "unknown"
    shown = rani.get(f"/console/conversations/{taken}").text
    assert "Unknown whether it arrived: who knows · sent again below" in shown


def test_what_arrived_or_is_under_way_is_not_sent_again(app, rani, taken, said):
    cast.post(rani, f"/console/conversations/{taken}/reply", text="Halo Kak")
    assert again(rani, said(taken)[-1].id).status_code == 409
    cast.settle(app)
    assert again(rani, said(taken)[-1].id).status_code == 409


def test_what_the_customer_wrote_is_not_sent_to_them(rani, taken, said):
    assert again(rani, said(taken)[0].id).status_code == 409


def test_a_bots_message_is_sent_again_in_the_name_of_who_decided(app, rani, taken, said):
    with app.db.transaction() as session:
        lost = messages.queue(session, conversations.get(session, taken), text="Jam buka 9-21")
        lost.status = MessageStatus.FAILED
    again(rani, lost.id)
    assert (said(taken)[-1].author, said(taken)[-1].text) == (Author.STAFF, "Jam buka 9-21")


def test_free_text_waits_for_the_window(app, rani, taken, lose):
    lost = lose(Refused("no"))
    with app.db.transaction() as session:
        conversations.get(session, taken).last_inbound_at = None
    answer = again(rani, lost)
    assert (answer.status_code, "choose a template" in answer.text) == (409, True)


def test_the_live_page_is_answered_with_the_thread(rani, taken, lose):
    lost = lose(AddressDead("the number is no longer in service"))
    rani.headers["HX-Request"] = "true"
    answer = again(rani, lost)
    assert (answer.status_code, "sent again below" in answer.text) == (200, True)


def test_it_stands_in_the_audit_trail(app, rani, taken, lose, said):
    lost = lose(Refused("no"))
    again(rani, lost)
    with app.db.reading() as session:
        entry = audit.of_subject(session, "conversation", taken)[0]
    assert entry.action == "send_again"
    assert entry.detail == {"message": lost, "as": said(taken)[-1].id}


@pytest.mark.parametrize(("email", "status"), [(cast.TOM, 403), (cast.DEWI, 403), (cast.SARI, 409)])
def test_nobody_but_the_owner_sends_again(signed_in, taken, lose, said, email, status):
    lost = lose(Refused("no"))
    count = len(said(taken))
    assert (again(signed_in(email), lost).status_code, len(said(taken))) == (status, count)


def test_others_see_the_reason_but_no_button(signed_in, taken, lose):
    lose(Refused("no such thing"))
    page = signed_in(cast.SARI).get(f"/console/conversations/{taken}").text
    assert ("no such thing" in page, "Send again" in page) == (True, False)


def test_a_message_that_is_not_there_is_not_found(rani, taken):
    assert again(rani, 999).status_code == 404
