"""The statements of the hot path, each built and compiled once."""

from sqlalchemy import bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from crm_store.models import Conversation, Customer, Identity, Message, table_of
from crm_store.models.kinds import Owner
from crm_store.models.talk import RECEIVED
from crm_store.prepared import Among, Prepared

_message = table_of(Message)
_talk = table_of(Conversation)
_identity = table_of(Identity)
_customer = table_of(Customer)
_new = (_message.c.id, _message.c.channel, _message.c.provider_id)

_INBOUND = """conversation_id customer_id channel direction provider_id status author kind text
    content priority attempts not_before created_at sent_at""".split()
_OUTBOUND = """conversation_id channel direction status author staff_id kind text content
    in_reply_to_id owner_version priority attempts not_before created_at""".split()

insert_inbound = Prepared(
    {
        "sqlite": sqlite.insert(_message).on_conflict_do_nothing().returning(*_new),
        "postgresql": postgresql.insert(_message).on_conflict_do_nothing().returning(*_new),
    },
    _INBOUND,
)
# Whose conversation it is now: a turn that verified a phone may have merged its customer.
_whose = select(_talk.c.customer_id).where(_talk.c.id == bindparam("talk")).scalar_subquery()
queue = Prepared(insert(_message).values(customer_id=_whose).inline(), _OUTBOUND)
mark = Prepared(
    update(_message)
    .where(_message.c.id == bindparam("row"))
    .values(status=bindparam("to"), intent=bindparam("means"), confidence=bindparam("sure"))
)
arrived = Prepared(
    update(_talk)
    .where(Among(_talk.c.id))
    .values(last_inbound_at=bindparam("at"), last_message_at=bindparam("at"), state="open")
    .returning(_talk.c.id, _talk.c.owner)
)
_written = bindparam("written", type_=_talk.c.last_inbound_at.type)
_newer = or_(_talk.c.last_inbound_at.is_(None), _talk.c.last_inbound_at < _written)
arrived_late = Prepared(
    update(_talk)
    .where(_talk.c.id == bindparam("row"))
    .values(
        last_inbound_at=case((_newer, _written), else_=_talk.c.last_inbound_at),
        last_message_at=bindparam("at"),
        state="open",
    )
    .returning(_talk.c.id, _talk.c.owner)
)
passed_on = Prepared(
    update(_message)
    .where(_message.c.id == bindparam("row"), _message.c.status == bindparam("before"))
    .values(status=bindparam("to"))
)
save = Prepared(
    update(_talk)
    .where(_talk.c.id == bindparam("row"))
    .values(
        dialogue_state=bindparam("remembers"),
        language=bindparam("speaks"),
        bot_streak=bindparam("streak"),
        last_message_at=bindparam("at"),
    )
)
_own = _identity.alias("own")
# An alias counts as the address it stands for.
senders = Prepared(
    select(
        _identity.c.kind,
        _identity.c.address,
        _own.c.phone,
        _own.c.display_name,
        _own.c.verified_by,
        _own.c.customer_id,
        _talk.c.id.label("conversation_id"),
        _talk.c.channel,
        _talk.c.owner,
    )
    .join_from(_identity, _own, _own.c.id == func.coalesce(_identity.c.alias_of_id, _identity.c.id))
    .outerjoin(_talk, _talk.c.identity_id == _own.c.id)
    .where(
        _identity.c.kind == bindparam("kind"),
        Among(_identity.c.address, "addresses"),
    )
)
turns = Prepared(
    select(
        _talk.c.id,
        _talk.c.customer_id,
        _talk.c.identity_id,
        _talk.c.channel,
        _talk.c.kind,
        _identity.c.address,
        _identity.c.phone,
        _identity.c.verified_by,
        _talk.c.owner,
        _talk.c.owner_version,
        _talk.c.dialogue_state,
        _talk.c.bot_streak,
        _talk.c.language,
        _customer.c.language.label("customer_language"),
        _customer.c.name,
    )
    .join_from(_talk, _identity, _identity.c.id == _talk.c.identity_id)
    .join(_customer, _customer.c.id == _talk.c.customer_id)
    .where(Among(_talk.c.id))
    .with_for_update(of=_talk, skip_locked=True)
)
_nth = func.row_number().over(partition_by=_message.c.conversation_id, order_by=_message.c.id)
_first = (
    select(_message.c.id, _nth.label("nth"))
    .where(text(f"messages.{RECEIVED}"), Among(_message.c.conversation_id))
    .subquery("first")
)
received = Prepared(
    select(
        _message.c.conversation_id,
        _message.c.id,
        _message.c.text,
        _message.c.kind,
        _message.c.content,
        _message.c.created_at,
    )
    .join_from(_message, _first, _first.c.id == _message.c.id)
    .where(_first.c.nth <= bindparam("most"))
    .order_by(_message.c.id)
)
_backlog = (
    select(_message.c.conversation_id, func.min(_message.c.id).label("oldest"))
    .where(text(f"messages.{RECEIVED}"))
    .group_by(_message.c.conversation_id)
    .subquery("backlog")
)
waiting = Prepared(
    select(_talk.c.id)
    .join_from(_talk, _backlog, _backlog.c.conversation_id == _talk.c.id)
    .where(
        _talk.c.owner == Owner.BOT,
        or_(_talk.c.lease_until.is_(None), _talk.c.lease_until < bindparam("at")),
    )
    .order_by(_backlog.c.oldest)
    .limit(bindparam("most"))
)
