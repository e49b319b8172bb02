"""The cast of the store's tests, and the stores they live in."""

from collections.abc import Callable

import pytest

from crm_store import messages, staff
from crm_store.models import Message, Staff
from crm_store.models.kinds import StaffRole
from crm_store.session import Session
from tests.crm_store_cast import ANA, BUDI, Person, arrive
from tests.stores import *  # noqa: F403


@pytest.fixture
def ana(session: Session) -> Person:
    return arrive(session, ANA, "Ana")


@pytest.fixture
def budi(session: Session) -> Person:
    return arrive(session, BUDI, "Budi")


@pytest.fixture
def rani(session: Session) -> Staff:
    return staff.add(session, email="rani@sinar.example", name="Rani", team="service")


@pytest.fixture
def tom(session: Session) -> Staff:
    return staff.add(session, email="tom@sinar.example", name="Tom", team="warehouse")


@pytest.fixture
def sari(session: Session) -> Staff:
    return staff.add(session, email="sari@sinar.example", name="Sari", role=StaffRole.ADMIN)


@pytest.fixture
def says(session: Session) -> Callable[..., Message | None]:
    """Store an inbound message: `says(ana, "m1", "halo")`."""

    def say(person: Person, provider_id: str, text: str = "halo") -> Message | None:
        inbound = messages.Inbound(provider_id, text, raw=b"{}")
        return messages.record_inbound(session, person.conversation, inbound)

    return say


@pytest.fixture
def writes(session: Session) -> Callable[..., Message]:
    """Queue a bot's message: `writes(ana, "hai", priority=5)`."""

    def write(person: Person, text: str = "hai", **values: object) -> Message:
        version = person.conversation.owner_version
        return messages.queue(
            session, person.conversation, text=text, **{"owner_version": version, **values}
        )

    return write
