"""The domain and the actions package know the same names, and every text is in two languages."""

import hashlib
import re
from typing import Any

import pytest

from actions import faq, loyalty, registry
from actions.action import StoreAction
from crm_store import knowledge
from crm_store.session import Session
from tests.actions.acting import DOMAIN, ROOT

RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
ONE_LANGUAGE = re.compile(r"utter_(language_..|word_(whatsapp|sms|telegram|email|web)|line_\w+)$")
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
RULES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "nlu" / "assistant" / "data" / "rules").glob("*.yml")
)
QUESTIONS = {
    f"action_ask_{form}_{slot}"
    for form, content in DOMAIN["forms"].items()
    for slot in content["required_slots"]
}
"""Actions that a form runs by itself instead of a response that asks."""
WORDING = {"loyalty-2026-1": "fe0a"}
"""The first digits of the consent wording's digest, by version."""


def test_the_domain_lists_exactly_the_actions_there_are() -> None:
    assert set(DOMAIN["actions"]) == set(registry.ACTIONS)


def test_every_action_but_checks_is_used_by_a_rule() -> None:
    ours = {name for name, one in registry.ACTIONS.items() if isinstance(one, StoreAction)}
    assert {name for name in ours if name not in RULES} == QUESTIONS & ours


def test_every_form_an_action_opens_is_there() -> None:
    forms = {one.form for one in registry.ACTIONS.values() if isinstance(one, StoreAction)}
    assert forms - {""} <= set(DOMAIN["forms"])


def test_every_response_named_in_an_action_is_there() -> None:
    named = set(re.findall(r'"(utter_[a-z_]+)"', SOURCES))
    assert named - set(RESPONSES) == set()


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_a_response_is_in_both_languages(name: str) -> None:
    variants = [one for one in RESPONSES[name] if "channel" not in one]
    english = [one for one in variants if _says(one, "en")]
    assert english or ONE_LANGUAGE.match(name)
    assert any("condition" not in one for one in variants)


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_the_languages_have_the_same_placeholders(name: str) -> None:
    variants = [one for one in RESPONSES[name] if "channel" not in one and not _knows(one)]
    used = {frozenset(re.findall(r"{(\w+)}", one["text"])) for one in variants}
    assert len(used) == 1 or name in ("utter_line_reward", "utter_word_reward")


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_buttons_fit_every_channel(name: str) -> None:
    buttons = [button for one in RESPONSES[name] for button in one.get("buttons", ())]
    assert all(len(button["title"]) <= 20 for button in buttons)
    assert all(len(one.get("buttons", ())) <= 3 for one in RESPONSES[name])


def test_a_changed_consent_wording_has_a_new_version() -> None:
    texts = "\n".join(one["text"] for one in RESPONSES[loyalty.CONSENT])
    digest = hashlib.sha256(texts.encode()).hexdigest()[:4]
    assert {loyalty.CONSENT_VERSION: digest} == WORDING


def test_no_words_for_customers_stand_in_the_code() -> None:
    assert not re.search(r"utter_message\(text=|\bKak\b", SOURCES)


def test_the_topics_are_articles_of_the_demo_company(session: Session) -> None:
    slugs = {article.slug for article in knowledge.all_of(session, "id")}
    assert set(faq.TOPICS.values()) <= slugs


def _says(variant: dict[str, Any], language: str) -> bool:
    return any(
        item["name"] == "language" and item["value"] == language
        for item in variant.get("condition", ())
    )


def _knows(variant: dict[str, Any]) -> bool:
    return any(item["name"] == "known" and item["value"] for item in variant.get("condition", ()))
