"""Which chat a message is in and who wrote it, also where the message leaves that to be seen."""

from channels.telegram.fields import Object, number, obj, text


def completed(message: Object) -> Object:
    """The message with its chat's type and, in a private chat, its sender.

    Telegram sends both; gateways and older bots' recordings leave them out. The Bot API gives a
    private chat its person's id, which is positive, and groups negative ones.
    """
    chat = obj(message, "chat")
    chat_id = number(chat, "id")
    if not chat_id:
        return message
    type_ = text(chat, "type") or ("private" if chat_id > 0 else "group")
    missing = {} if "from" in message or type_ != "private" else {"from": chat}
    return {**message, **missing, "chat": {**chat, "type": type_}}
