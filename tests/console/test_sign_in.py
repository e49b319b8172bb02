"""Signing in: who gets in, who does not, and how often one may try."""

import pytest

from bot.app import App
from crm_store import staff
from crm_store.models.kinds import StaffRole
from tests.console import cast

WRONG = "do not belong together"
STAFF_PAGES = [
    "/console",
    "/console/inbox",
    "/console/events",
    "/console/conversations/1",
    "/console/conversations/1/thread",
    "/console/conversations/1/owner",
    "/console/conversations/1/card",
]


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_nobody_sees_a_staff_page_without_signing_in(browser, path):
    answer = browser().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


def test_a_fragment_asks_the_page_to_go_to_the_sign_in(browser):
    answer = browser().get("/console/inbox", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/sign-in")


def test_the_right_password_opens_the_console(browser):
    one = browser()
    assert cast.sign_in(one, cast.RANI).headers["location"] == "/console"
    assert "Nobody is waiting" in one.get("/console").text


@pytest.mark.parametrize("email", [cast.RANI, "nobody@sinar.example", "", "a" * 5000])
def test_a_wrong_password_and_an_unknown_email_are_answered_alike(browser, email):
    answer = cast.sign_in(browser(), email, "guess")
    assert answer.status_code == 401
    assert WRONG in answer.text


def test_a_sign_in_without_the_forms_token_is_refused(browser):
    form = {"email": cast.RANI, "password": cast.PASSWORD}
    assert browser().post("/console/sign-in", data=form).status_code == 403


def test_a_sign_in_with_the_token_of_another_browser_is_refused(browser):
    form = {"email": cast.RANI, "password": cast.PASSWORD}
    form["csrf"] = cast.csrf(browser(), "/console/sign-in")
    other = browser()
    other.get("/console/sign-in")
    assert other.post("/console/sign-in", data=form).status_code == 403


def fail(app: App, key: str, times: int) -> None:
    with app.db.transaction() as session:
        for _ in range(times):
            staff.record_attempt(session, key, ok=False)


def test_a_failed_try_is_counted_for_the_email_and_the_address(app, browser):
    cast.sign_in(browser(), cast.RANI, "guess")
    with app.db.reading() as session:
        for key in (f"email:{cast.RANI}", "address:127.0.0.1"):
            assert staff.too_many(session, key, tries=1)


def test_after_five_failures_even_the_right_password_must_wait(app, browser):
    fail(app, f"email:{cast.RANI}", 5)
    answer = cast.sign_in(browser(), cast.RANI)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text


def test_a_colleague_is_not_locked_out_with_the_one_who_failed(app, browser):
    fail(app, f"email:{cast.RANI}", 5)
    fail(app, "address:127.0.0.1", 5)
    assert cast.sign_in(browser(), cast.SARI).status_code == 303


def test_an_address_that_tries_many_emails_must_wait_too(app, browser):
    fail(app, "address:127.0.0.1", 20)
    assert cast.sign_in(browser(), cast.RANI).status_code == 429


def test_the_session_cookie_is_out_of_reach_of_scripts(browser):
    cookie = cast.sign_in(browser(), cast.RANI).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_ends_the_session_on_the_server(rani: cast.Browser):
    token = rani.cookies["akrab_staff"]
    cast.post(rani, "/console/sign-out")
    rani.cookies.set("akrab_staff", token)
    assert rani.get("/console").status_code == 303


def test_somebody_who_left_is_out_at_once(app: App, rani: cast.Browser):
    with app.db.transaction() as session:
        found = staff.by_email(session, cast.RANI)
        assert found is not None
        assert found.role == StaffRole.SERVICE
        staff.deactivate(session, found)
    assert rani.get("/console").status_code == 303
