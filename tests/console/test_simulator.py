"""The simulator: four phones, one person, one profile."""

import pytest

from tests.console import cast

KINDS = ["whatsapp", "sms", "telegram", "email"]


@pytest.fixture
def player(browser):
    one = browser()
    one.get("/simulator")
    return one


def send(player, kind, person="ana", **form):
    return cast.post(player, f"/simulator/{person}/{kind}", "/simulator", **form)


@pytest.mark.parametrize("kind", KINDS)
def test_each_phone_sends_through_its_own_channel(app, player, kind):
    assert send(player, kind, text="halo").status_code == 303
    cast.settle(app)
    assert app.channels[f"demo-{kind}"].sent[-1].text == "echo: halo"
    assert "echo: halo" in player.get(f"/simulator/ana/{kind}").text


def test_whatsapp_and_sms_are_one_person_at_once(app, player):
    send(player, "whatsapp", text="halo")
    send(player, "sms", text="halo juga")
    profile = player.get("/simulator/ana/profile").text
    assert ("halo juga" in profile, "profile of its own" in profile) == (True, False)


def test_telegram_is_somebody_else_until_the_contact_is_shared(app, player):
    send(player, "whatsapp", text="halo")
    send(player, "telegram", text="hai")
    assert "profile of its own" in player.get("/simulator/ana/profile").text
    send(player, "telegram", contact="yes")
    assert "profile of its own" not in player.get("/simulator/ana/profile").text


def test_a_letter_is_answered_under_its_subject(app, player):
    send(player, "email", subject="Kulkas", text="Kulkas saya rusak")
    cast.settle(app)
    assert "Re: Kulkas" in player.get("/simulator/ana/email").text


def test_a_channel_without_buttons_shows_numbers(app, player):
    send(player, "sms", text="tombol")
    cast.settle(app)
    shown = player.get("/simulator/ana/sms").text
    assert ("1. Ya" in shown, 'class="choice"' in shown) == (True, False)


def test_each_new_customer_is_another_one(player):
    form = {"person": "new"}
    places = {
        cast.post(player, "/simulator/people", "/simulator", **form).headers["location"]
        for _ in range(3)
    }
    assert len(places) == 3
    assert "Nobody yet" in player.get(places.pop()).text


@pytest.mark.parametrize("path", ["/simulator/eve", "/simulator/new-xyz", "/simulator/ana/line"])
def test_people_and_phones_that_are_not_there_are_not_found(player, path):
    assert player.get(path).status_code in (404, 422)


def test_a_message_without_the_forms_token_is_refused(player):
    assert player.post("/simulator/ana/whatsapp", data={"text": "halo"}).status_code == 403


def test_the_tour_remembers_what_was_done(app, player):
    send(player, "sms", text="mau bicara sama orang")
    cast.settle(app)
    assert player.get("/simulator/ana/tour").text.count("step done") == 1
