"""Small pieces of text, read from the domain's responses so that no words stand in the code."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

PLACE = re.compile(r"{([^{}\n]+)}")


def render(
    domain: Mapping[str, Any],
    name: str,
    slots: Mapping[str, Any],
    values: Mapping[str, object] | None = None,
) -> str:
    """The text of a response, with `{placeholders}` filled.

    Chooses as Rasa does: the first variant whose conditions hold, else the first without any.
    A name the domain does not hold gives the values alone: an action server may not be sent it.
    """
    filled = {**slots, **(values or {})}
    variants = domain.get("responses", {}).get(name)
    if not variants:
        return " ".join(str(value) for value in (values or {}).values())
    text = str(_choose(variants, slots).get("text", ""))
    return PLACE.sub(lambda match: str(filled.get(match[1], match[0])), text)


def _choose(variants: Sequence[Mapping[str, Any]], slots: Mapping[str, Any]) -> Mapping[str, Any]:
    plain = [variant for variant in variants if not variant.get("channel")]
    fitting = [variant for variant in plain if variant.get("condition") and _holds(variant, slots)]
    default = [variant for variant in plain if not variant.get("condition")]
    return (fitting or default or list(variants))[0]


def _holds(variant: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    return all(slots.get(item["name"]) == item["value"] for item in variant["condition"])
