"""In a group the bot hears only what is meant for it: a mention, a command to it, an answer."""

from channels.telegram.fields import EMPTY, Object, cut, number, obj, objects, text

GROUPS = ("group", "supergroup")


def is_group(chat: Object) -> bool:
    """Whether the chat is a group of either kind."""
    return text(chat, "type") in GROUPS


def is_for_us(message: Object, *, bot_id: int, username: str) -> bool:
    """Whether a group's message is meant for the bot; `username` in lower case, "" if unknown.

    A channel's direct messages look like a group's; they are for the channel's owner. A channel's
    post is repeated in its discussion group by Telegram; nobody there has said it.
    """
    if obj(message, "chat").get("is_direct_messages") is True:
        return False
    if message.get("is_automatic_forward") is True:
        return False
    if number(obj(answered(message), "from"), "id") == bot_id:
        return True
    return any(_names_us(*each, bot_id, username) for each in _entities(message))


def answered(message: Object) -> Object:
    """The message that this one answers.

    All that is said in a topic answers, for the Bot API, the topic's beginning: nobody meant that.
    """
    found = obj(message, "reply_to_message")
    return EMPTY if "forum_topic_created" in found else found


def without_mention(message: Object, said: str, username: str) -> str:
    """The text without "@<our name>", so that only what was asked is left."""
    for source, entity in _entities(message):
        if source == said and text(entity, "type") == "mention":
            before, inside, after = _cut(source, entity)
            if _is_name(inside, username):
                return f"{before.rstrip()} {after.lstrip(' ,:')}".strip()
    return said


def _entities(message: Object) -> list[tuple[str, Object]]:
    """Each entity with the text that its offsets are counted in."""
    pairs = (("text", "entities"), ("caption", "caption_entities"))
    return [
        (text(message, source), entity)
        for source, listed in pairs
        for entity in objects(message, listed)
    ]


def _names_us(source: str, entity: Object, bot_id: int, username: str) -> bool:
    kind = text(entity, "type")
    if kind == "text_mention":
        return number(obj(entity, "user"), "id") == bot_id
    if kind not in ("mention", "bot_command"):
        return False
    return _is_name("@" + _cut(source, entity)[1].partition("@")[2], username)


def _is_name(mention: str, username: str) -> bool:
    return bool(username) and mention.lower() == f"@{username}"


def _cut(source: str, entity: Object) -> tuple[str, str, str]:
    return cut(source, number(entity, "offset") or 0, number(entity, "length") or 0)
