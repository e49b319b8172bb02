"""What the shop sells: prices, stock, descriptions."""

import re

from actions import faq
from actions.action import StoreAction
from actions.turn import Events, Turn
from crm_store import catalogue
from crm_store.catalogue import Goods

SHOWN = 3
SEARCHED = 12
WORD = re.compile(r"\w+")
ADVICE = 0.75
"""What an article must score to answer a question that names a product."""


class Price(StoreAction):
    """What products cost."""

    action = "action_price"

    def answer(self, turn: Turn) -> Events:
        return _tell(turn, "utter_prices", "utter_line_price")


class Stock(StoreAction):
    """Whether products are in stock, and where."""

    action = "action_stock"

    def answer(self, turn: Turn) -> Events:
        return _tell(turn, "utter_stock", "utter_line_stock")


class ProductInfo(StoreAction):
    """What products there are of a kind; advice on choosing comes from an article."""

    action = "action_product_info"

    def answer(self, turn: Turn) -> Events:
        article = faq.find_article(turn, ADVICE if turn.entity("product") else faq.ENOUGH)
        if article is not None:
            faq.tell(turn, article)
            return []
        return _tell(turn, "utter_products", "utter_line_product")


def _tell(turn: Turn, response: str, line: str) -> Events:
    wanted = turn.entity("product") or turn.slot("product")
    if not wanted:
        turn.say("utter_which_product")
        return []
    products = _narrow(catalogue.find_products(turn.session, str(wanted), SEARCHED), turn.text)
    if not products:
        turn.say("utter_no_such_product", product=wanted)
        return []
    items = [_product(turn, found) for found in products[:SHOWN]]
    turn.say(response, lines=turn.lines(line, items))
    return []


def _narrow(products: list[Goods], text: str) -> list[Goods]:
    """Those that most words of the message are about, such as "2 pintu" or "43"."""
    words = set(WORD.findall(text.lower()))
    shared = [len(words & set(WORD.findall(product.name.lower()))) for product in products]
    most = max(shared, default=0)
    return [product for product, count in zip(products, shared, strict=True) if count == most]


def _product(turn: Turn, product: Goods) -> dict[str, object]:
    return {
        "name": product.name,
        "price": turn.money(product.price, product.currency),
        "stock": _stock(turn, product),
        "months": product.warranty_months,
    }


def _stock(turn: Turn, product: Goods) -> str:
    """The stores that have it, such as "Sinar Dago (3), Sinar Braga (1)"."""
    left = [(store, units) for store, units in product.stock.items() if units > 0]
    if not left:
        return turn.phrase("utter_word_sold_out")
    most = sorted(left, key=lambda pair: -pair[1])[:SHOWN]
    return ", ".join(f"{store} ({units})" for store, units in most)


ACTIONS = (Price(), Stock(), ProductInfo())
