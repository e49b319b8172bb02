"""What kinds of conversation the tests show, per language."""

from collections import Counter
from collections.abc import Sequence

from bot.stories.reading import Story, StoryError

KINDS = (
    "happy",
    "interruption",
    "digression",
    "correction",
    "refusal",
    "fallback",
    "hand-over",
    "slang",
)
"""happy: as asked; interruption: called off or left in the middle; digression: another question
in the middle, then on; correction: the customer takes something back; refusal: one side says no;
fallback: not understood, or not ours; hand-over: a person is called; slang: as people type."""


def count(stories: Sequence[Story]) -> dict[str, Counter[str]]:
    """Language -> kind -> how many. Raises StoryError for a kind that is none."""
    found: dict[str, Counter[str]] = {}
    for story in stories:
        kinds = story.setup.get("kinds") or ()
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            known = ", ".join(KINDS)
            raise StoryError(f"{story.place}: unknown kind {unknown[0]}; known: {known}")
        counted = found.setdefault(story.language, Counter())
        counted.update(kinds)
        counted["stories"] += 1
        counted["with facts"] += bool(story.expect)
    return found


def table(stories: Sequence[Story]) -> str:
    """The counts as lines of text; empty if no story says what it shows."""
    found = count(stories)
    if not any(story.setup.get("kinds") for story in stories):
        return ""
    columns = ("stories", *KINDS, "with facts")
    head = "".join(f"{name:>{len(name) + 2}}" for name in columns)
    rows = [
        f"{language:8}" + "".join(f"{counted[name]:>{len(name) + 2}}" for name in columns)
        for language, counted in sorted(found.items())
    ]
    return "\n".join([f"{'':8}{head}", *rows])
