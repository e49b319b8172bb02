"""What holds for every page: headers, sizes, files, errors."""

import pytest

from tests.console import cast

PAGES = ["/", "/chat", "/simulator", "/console/sign-in", "/nothing-here"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_lets_foreign_or_inline_scripts_run(browser, path):
    answer = browser().get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


@pytest.mark.parametrize("path", ["/", "/simulator", "/console/sign-in"])
def test_only_the_chat_may_stand_in_a_frame(browser, path):
    assert "frame-ancestors 'none'" in browser().get(path).headers["content-security-policy"]


def test_the_chat_may_be_framed_by_the_sites_of_the_configuration(tmp_path, open_browser):
    app = cast.open_shop(cast.settings(tmp_path, embed_on=["https://shop.example"]))
    policy = open_browser(app).get("/chat").headers["content-security-policy"]
    app.close()
    assert "frame-ancestors 'self' https://shop.example" in policy


def test_a_framed_chat_keeps_its_visitor_on_another_site(tmp_path, open_browser):
    app = cast.open_shop(cast.settings(tmp_path, public_url="https://sinar.example"))
    cookie = open_browser(app).get("/chat").headers["set-cookie"]
    app.close()
    assert "SameSite=None; Partitioned; Secure" in cookie


def test_a_body_beyond_the_limit_is_refused(browser):
    answer = browser().post("/chat/messages", data={"text": "a" * 1_200_000})
    assert answer.status_code == 413


def test_an_unknown_address_gets_a_friendly_page(browser):
    answer = browser().get("/nothing-here")
    assert (answer.status_code, "Go back" in answer.text) == (404, True)


def test_htmx_comes_from_the_installed_package(browser):
    answer = browser().get("/static/vendor/htmx.min.js?v=1")
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)


def test_the_front_page_names_the_company_and_the_doors(browser):
    shown = browser().get("/").text
    for words in ("Toko Sinar", "/simulator", "/chat", "/console", "SQLite"):
        assert words in shown


def test_the_simulator_is_not_there_unless_switched_on(tmp_path, open_browser):
    settings = cast.settings(tmp_path)
    simulator = settings.simulator.model_copy(update={"enabled": False})
    app = cast.open_shop(settings.model_copy(update={"simulator": simulator}))
    client = open_browser(app)
    found = [client.get(path).status_code for path in ("/simulator", "/simulator/ana/profile")]
    app.close()
    assert found == [404, 404]


@pytest.mark.parametrize("path", ["/console", "/console/conversations/1", "/chat"])
def test_no_page_with_a_customer_on_it_is_kept_by_the_browser(rani, waiting, path):
    assert rani.get(path).headers["cache-control"] == "no-store"
