"""Questions anybody may ask, answered from knowledge articles and the list of stores."""

import re

from rasa_sdk.events import SlotSet

from actions import formats, reading
from actions.action import StoreAction
from actions.turn import Events, Turn
from crm_store import catalogue, knowledge
from crm_store.catalogue import Shop
from crm_store.knowledge import Text

ENOUGH = 0.35
"""Below this score (0 to 1) an article is not an answer."""
SURE = 0.6
"""What a message nobody understood must score to be answered by an article after all."""
TOPIC_BONUS = 0.2
"""A word or two in common with another article do not outweigh what the intent is about."""
CANDIDATES = 5
EMPTY = re.compile(
    r"\b(cara\w*|info\w*|tanya|nanya|jelas\w*|soal|tentang|tau|tahu|about|tell|know|want|explain)\b",
    re.I,
)
"""Words that say a question follows, not what it is about."""
STORES_SHOWN = 8
TOPICS = {
    "ask_delivery": "pengiriman",
    "ask_return_policy": "pengembalian",
    "ask_warranty": "garansi",
    "ask_payment": "pembayaran",
    "ask_promotions": "promo",
    "ask_loyalty_info": "kartu-vip",
}
"""The article that answers a question of this intent if its words find none."""


class OpeningHours(StoreAction):
    """When the stores are open, all or those in the city asked about."""

    action = "action_opening_hours"

    def answer(self, turn: Turn) -> Events:
        return _tell_stores(turn, "utter_opening_hours", "utter_line_hours")


class StoreLocation(StoreAction):
    """Where the stores are."""

    action = "action_store_location"

    def answer(self, turn: Turn) -> Events:
        return _tell_stores(turn, "utter_store_location", "utter_line_store")


class Knowledge(StoreAction):
    """An article's answer and its title; a person is offered if there is none."""

    action = "action_answer_question"

    def answer(self, turn: Turn) -> Events:
        article = find_article(turn)
        if article is None:
            turn.say("utter_no_answer")
            return [SlotSet("person_offered", True)]
        tell(turn, article)
        return []


def find_article(turn: Turn, enough: float = ENOUGH) -> Text | None:
    """The article the message's words find, else the one its intent is about."""
    topic = TOPICS.get(turn.intent)
    question = EMPTY.sub(" ", turn.text)
    hits = [
        (hit.score + (TOPIC_BONUS if hit.article.slug == topic else 0.0), hit.article)
        for hit in knowledge.search(turn.session, question, turn.language, CANDIDATES)
    ]
    score, best = max(hits, key=lambda hit: hit[0], default=(0.0, None))
    if best is not None and score >= enough:
        return _in_language(turn, best)
    return _article(turn, topic) if topic else None


def _in_language(turn: Turn, article: Text) -> Text:
    """The same article in the customer's language, if there is one."""
    if article.language == turn.language:
        return article
    return _article(turn, article.slug) or article


def _article(turn: Turn, slug: str) -> Text | None:
    return knowledge.read(turn.session, slug, turn.language)


def tell(turn: Turn, article: Text) -> None:
    """Answer with an article, citing it."""
    turn.say("utter_article", answer=article.body.strip(), title=article.title)


def _tell_stores(turn: Turn, response: str, line: str) -> Events:
    stores = _stores_meant(turn)
    if not stores:
        return _tell_where(turn)
    items = [_store(turn, store) for store in stores[:STORES_SHOWN]]
    turn.say(response, lines=turn.lines(line, items))
    return []


def _stores_meant(turn: Turn) -> list[Shop]:
    name, city = turn.entity("store"), turn.entity("city")
    if name:
        found = catalogue.find_stores(turn.session, name=name)
        if found:
            return found
    place = None if city or name else reading.place(turn.text)
    if place is None:
        return catalogue.find_stores(turn.session, city=city)
    in_city = catalogue.find_stores(turn.session, city=place)
    return in_city or catalogue.find_stores(turn.session, name=place)


def _tell_where(turn: Turn) -> Events:
    """No store there: where there are some; if there are none at all, offer a person."""
    cities = sorted({store.city for store in catalogue.find_stores(turn.session)})
    if cities:
        turn.say("utter_no_store_there", cities=", ".join(cities))
        return []
    turn.say("utter_no_answer")
    return [SlotSet("person_offered", True)]


def _store(turn: Turn, store: Shop) -> dict[str, object]:
    return {
        "store": store.name,
        "city": store.city,
        "address": store.address,
        "phone": store.phone or "",
        "hours": formats.hours(store.hours, turn.language),
    }


ACTIONS = (OpeningHours(), StoreLocation(), Knowledge())
