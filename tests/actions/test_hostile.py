"""Whatever customers type is only text."""

from collections.abc import Callable

import pytest

from crm_store import complaints, customers
from tests.actions.player import Chat

TEXTS = [
    "{customer_name} {0} {{x}} {lines}",
    "'; DROP TABLE customers; --",
    "<script>alert(1)</script>",
    "/restart",
    '/affirm{"x": 1}',
    "\u202eterbalik\u202c",
    "😀" * 500,
    "a" * 4000,
    'NEAR("poin" AND * OR',
    "%s %d %n",
    "..",
]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_answered(chat: Callable[..., Chat], text: str) -> None:
    talk = chat()
    talk.say(text)
    assert talk.played.replies


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_may_stand_in_a_complaint(chat: Callable[..., Chat], text: str) -> None:
    talk = chat()
    talk.say("mau komplain")
    talk.say(f"kulkas rusak {text}")
    talk.say("refund")
    (found,) = complaints.of_customer(talk.session, talk.identity.customer_id)
    assert text.strip()[:50] in found.description


@pytest.mark.parametrize("text", ["{customer_name}", "<b>Ana</b>", "1234", "a" * 500])
def test_an_odd_name_breaks_nothing(chat: Callable[..., Chat], text: str) -> None:
    talk = chat()
    talk.say("mau ganti nama")
    talk.say(text)
    name = customers.get(talk.session, talk.identity.customer_id).name or ""
    assert len(name) <= 80


def test_a_slash_is_never_a_command(chat: Callable[..., Chat]) -> None:
    talk = chat()
    talk.say("mau komplain")
    assert talk.say("/restart").active_loop == "complaint_form"
