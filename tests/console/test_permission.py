"""Who may open and answer what: asked on every route, as everybody."""

import pytest
from fastapi.routing import APIRoute

from bot.console import routes
from bot.simulator import views as simulator
from bot.webchat import views as webchat
from tests.console import cast

READ = ["", "/thread", "/older", "/owner", "/card", "/window", "/templates", "/invite"]
ACT = ["/take", "/reply", "/hand-back", "/resolve", "/count", "/preview", "/template", "/invite"]


def _console_routes() -> list[APIRoute]:
    found = [route for router in routes.routers for route in router.routes]
    return [route for route in found if isinstance(route, APIRoute)]


def test_the_lists_below_hold_every_route_of_a_conversation():
    inside = "/console/conversations/{conversation_id}"
    paths = {route.path for route in _console_routes() if route.path.startswith(inside)}
    assert paths == {inside + end for end in READ + ACT}


@pytest.mark.parametrize("end", READ)
def test_tom_of_another_team_cannot_read_it(signed_in, waiting, end):
    answer = signed_in(cast.TOM).get(f"/console/conversations/{waiting}{end}")
    assert answer.status_code == 403
    assert "mau bicara" not in answer.text


@pytest.mark.parametrize("end", ACT)
def test_tom_of_another_team_cannot_act_on_it(signed_in, waiting, said, end):
    tom = signed_in(cast.TOM)
    before = len(said(waiting))
    answer = cast.post(tom, f"/console/conversations/{waiting}{end}", text="halo")
    assert (answer.status_code, len(said(waiting))) == (403, before)


def test_tom_of_another_team_cannot_listen_to_it(signed_in, waiting):
    answer = signed_in(cast.TOM).get(f"/console/events?conversation={waiting}")
    assert answer.status_code == 403


@pytest.mark.parametrize("view", ["waiting", "mine", "all"])
def test_tom_does_not_find_it_in_any_list(signed_in, waiting, view):
    assert "Ana" not in signed_in(cast.TOM).get(f"/console?view={view}").text


@pytest.mark.parametrize("end", READ)
def test_the_admin_reads_everything(signed_in, waiting, end):
    answer = signed_in(cast.SARI).get(f"/console/conversations/{waiting}{end}")
    assert answer.status_code == 200


@pytest.mark.parametrize("end", ACT)
def test_a_marketer_reads_but_does_not_answer(signed_in, waiting, end):
    dewi = signed_in(cast.DEWI)
    assert dewi.get(f"/console/conversations/{waiting}").status_code == 200
    answer = cast.post(dewi, f"/console/conversations/{waiting}{end}", text="promo!")
    assert answer.status_code == 403


@pytest.mark.parametrize("end", READ)
def test_a_conversation_that_is_not_there_is_not_found(rani, end):
    assert rani.get(f"/console/conversations/999{end}").status_code == 404


@pytest.mark.parametrize("end", ACT)
@pytest.mark.parametrize("token", ["", "forged", "ключ"])
def test_no_action_without_the_sessions_token(rani, waiting, end, token):
    path = f"/console/conversations/{waiting}{end}"
    answer = rani.post(path, data={"csrf": token, "text": "halo"})
    assert answer.status_code == 403


def test_every_form_of_the_pages_wants_a_token(browser):
    """Asked of the routers themselves, so that a new form cannot forget it."""
    pages = [*routes.routers, webchat.router, simulator.router]
    posts = [
        route.path
        for router in pages
        for route in router.routes
        if isinstance(route, APIRoute) and "POST" in route.methods
    ]
    one = browser()
    answers = {path: one.post(_filled(path)).status_code for path in posts}
    assert len(posts) == 17
    assert set(answers.values()) <= {303, 403}


def _filled(path: str) -> str:
    return path.format(conversation_id=1, message_id=1, attachment_id=1, key="ana", kind="whatsapp")


TOO_LARGE = "9" * 30


@pytest.mark.parametrize("id_", [TOO_LARGE, "-1", "abc"])
@pytest.mark.parametrize("path", ["conversations/{}", "attachments/{}", "messages/{}/formatted"])
def test_a_number_that_no_store_takes_is_refused_as_a_page(rani, path, id_):
    answer = rani.get(f"/console/{path.format(id_)}")
    assert (answer.status_code, "nothing at this address" in answer.text) == (422, True)


@pytest.mark.parametrize(
    "query", ["?template={}", "?before={}", "/thread?first={}", "/templates?template={}"]
)
def test_such_a_number_is_refused_beside_the_address_too(rani, waiting, query):
    path = f"/console/conversations/{waiting}{query.format(TOO_LARGE)}"
    assert rani.get(path).status_code == 422
