"""Numbers given out one after the other, without gaps: taken back if the transaction fails."""

from sqlalchemy import update

from crm_store.models import Counter
from crm_store.session import Session, insert_ignore


def next_number(session: Session, name: str) -> int:
    """The next number under `name`, starting at 1; others wait until this one is committed."""
    statement = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    taken = session.scalars(statement).one_or_none()
    if taken is None:
        insert_ignore(session, Counter, {"name": name, "value": 0})
        taken = session.scalars(statement).one()
    return taken
