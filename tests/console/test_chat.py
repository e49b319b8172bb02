"""The visitor's chat: what is written arrives, what is answered is shown, nothing leaks."""

import pytest

from crm_store.models.kinds import MessageStatus
from tests.console import cast


@pytest.fixture
def visitor(browser):
    return browser()


def say(visitor, text="halo", **form):
    return cast.post(visitor, "/chat/messages", "/chat", text=text, **form)


def lines(visitor):
    return visitor.get("/chat/lines").text


def test_a_message_is_answered(app, visitor):
    assert say(visitor).headers["location"] == "/chat"
    cast.settle(app)
    assert "echo: halo" in lines(visitor)


def test_until_it_is_answered_somebody_is_writing(visitor):
    say(visitor)
    assert "typing" in lines(visitor)


def test_another_visitor_sees_nothing_of_it(app, visitor, browser):
    say(visitor, "rahasia saya")
    cast.settle(app)
    assert "rahasia" not in browser().get("/chat").text


def test_a_forged_visitor_cookie_starts_a_new_visitor(app, visitor, browser):
    say(visitor, "rahasia saya")
    forger = browser()
    name = visitor.cookies["akrab_visitor"].partition(".")[0]
    forger.cookies.set("akrab_visitor", f"{name}.{'0' * 32}")
    assert "rahasia" not in forger.get("/chat").text


def test_a_message_without_the_forms_token_is_refused(visitor):
    visitor.get("/chat")
    assert visitor.post("/chat/messages", data={"text": "halo"}).status_code == 403


@pytest.mark.parametrize(("text", "problem"), [("  ", "kosong"), ("a" * 4001, "terlalu panjang")])
def test_an_empty_or_endless_message_is_explained(visitor, text, problem):
    visitor.headers["HX-Request"] = "true"
    assert problem in say(visitor, text).text


@pytest.mark.parametrize(
    "text", ["<b onclick=x>hai</b>", "\x00\u202eterbalik", "👩‍👩‍👧 🇮🇩", "' OR 1=1 --"]
)
def test_odd_text_stays_text(app, visitor, text):
    assert say(visitor, text).status_code == 303
    cast.settle(app)
    answer = visitor.get("/chat")
    assert (answer.status_code, "<b onclick" in answer.text) == (200, False)


def test_a_button_sends_the_payload_of_our_own_message(app, visitor):
    say(visitor, "tombol")
    cast.settle(app)
    shown = lines(visitor)
    answers = shown.partition('name="answers" value="')[2].partition('"')[0]
    cast.post(visitor, "/chat/messages", "/chat", answers=answers, choice="2")
    cast.settle(app)
    assert (app.engine.heard[-1].text, app.engine.heard[-1].payload) == ("Tidak", "/deny")


@pytest.mark.parametrize(("answers", "choice"), [("1", "9"), ("999", "1"), ("x", "y"), ("²", "²")])
def test_a_button_that_was_never_offered_does_nothing(app, visitor, answers, choice):
    say(visitor, "tombol")
    cast.settle(app)
    heard = len(app.engine.heard)
    cast.post(visitor, "/chat/messages", "/chat", answers=answers, choice=choice)
    cast.settle(app)
    assert len(app.engine.heard) == heard


def test_what_the_visitor_saw_counts_as_read(app, visitor, said):
    say(visitor)
    cast.settle(app)
    assert cast.post(visitor, "/chat/seen", "/chat").status_code == 204
    assert said(1)[-1].status == MessageStatus.READ


def test_the_page_speaks_the_browsers_language(browser):
    english = browser()
    english.headers["Accept-Language"] = "en-GB,id;q=0.5"
    assert "What can we do for you today?" in english.get("/chat").text


def test_the_embedding_script_is_served(visitor):
    answer = visitor.get("/chat/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
