"""What custom actions answer in walks: by name and text alone, so that it is the same everywhere.

Read by both Pythons, ours and Rasa's 3.10; it imports nothing of either.
"""

import zlib
from typing import Any

CODES = (200, 200, 200, 200, 200, 200, 400)


def answer(call: dict[str, Any], own_slots: list[str]) -> dict[str, Any] | None:
    """The body of an answer to an action server's request; None if the action declines."""
    action = call["next_action"]
    message = call["tracker"]["latest_message"] or {}
    throw = zlib.crc32(f"{action} {message.get('text')}".encode())
    if CODES[throw % len(CODES)] == 400 and not action.startswith("validate_"):
        return None
    events: list[dict[str, Any]] = []
    if own_slots and throw % 3 == 0:
        name = own_slots[throw % len(own_slots)]
        events.append({"event": "slot", "name": name, "value": None, "timestamp": None})
    return {"events": events, "responses": [{"text": f"{action} has run"}] if throw % 2 else []}
