"""Events as a Rasa tracker tells them."""

from typing import Any


def user(text: str, intent: str) -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    return {"event": "user", "text": text, "parse_data": parsed}


def did(action: str) -> dict[str, Any]:
    return {"event": "action", "name": action}


def said(text: str, response: str) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": {}, "metadata": {"utter_action": response}}
