"""Who is who: joined on proof, never on a name."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_store import audit, conversations, customers, identities, loyalty
from crm_store.models import Customer, Identity
from crm_store.models.kinds import IdentityState

ANA = "+628120000001"


def telegram(session, address="77", name="Ana"):
    return identities.resolve(session, kind="telegram", address=address, name=name)


def test_a_known_address_is_the_same_customer(session, ana):
    again = identities.resolve(session, kind="whatsapp", address=ANA, phone=ANA)
    assert again is ana.identity


def test_a_customer_without_a_phone_is_fine(session):
    identity = identities.resolve(session, kind="web", address="browser-1")
    assert (identity.phone, identity.verified) == (None, False)


def test_the_same_verified_phone_on_sms_and_whatsapp_is_one_customer(session, ana):
    sms = identities.resolve(session, kind="sms", address=ANA, phone=ANA, verified_by="channel")
    assert sms.customer_id == ana.id
    assert sms.id != ana.identity.id


@pytest.mark.parametrize(
    "claim",
    [
        {"kind": "telegram", "address": "77", "name": "Ana"},
        {"kind": "email", "address": "ana@mail.example", "name": "Ana"},
        {"kind": "sms", "address": "+628120000009", "phone": ANA},
    ],
    ids=["name", "typed email", "phone nobody vouches for"],
)
def test_what_proves_nothing_joins_nobody(session, ana, claim):
    assert identities.resolve(session, **claim).customer_id != ana.id


def test_a_phone_somebody_only_typed_is_not_proved_by_a_later_code(session, budi):
    typed = identities.resolve(session, kind="web", address="browser-1", phone=ANA)
    identities.verify_by_code(session, typed, budi.id)
    whatsapp = identities.resolve(
        session, kind="whatsapp", address=ANA, phone=ANA, verified_by="channel"
    )
    assert whatsapp.customer_id != budi.id


def test_an_alias_is_the_same_identity(session, ana):
    identities.resolve(session, kind="whatsapp", address=ANA, aliases=("ID.1",))
    by_alias = identities.resolve(session, kind="whatsapp", address="ID.1")
    assert by_alias is ana.identity
    assert identities.of_customer(session, ana.id) == [ana.identity]


def test_a_phone_learnt_later_keeps_the_conversation_of_the_opaque_id(session):
    opaque = identities.resolve(session, kind="whatsapp", address="ID.1", verified_by="channel")
    known = identities.resolve(
        session, kind="whatsapp", address=ANA, phone=ANA, verified_by="channel", aliases=("ID.1",)
    )
    assert known is opaque
    assert known.phone == ANA


def test_a_shared_contact_joins_the_owner_of_the_phone(session, ana):
    identity = telegram(session)
    anonymous = identity.customer_id
    conversation = conversations.for_identity(session, identity, "tg")
    identities.verify_phone(session, identity, ANA, "contact_share")
    assert (identity.customer_id, identity.verified_by) == (ana.id, "contact_share")
    session.refresh(conversation)
    assert conversation.customer_id == ana.id
    assert customers.get(session, anonymous).id == ana.id


def test_a_shared_contact_of_a_new_phone_only_verifies(session):
    identity = telegram(session)
    before = identity.customer_id
    identities.verify_phone(session, identity, ANA, "contact_share")
    assert (identity.customer_id, identity.phone) == (before, ANA)
    whatsapp = identities.resolve(
        session, kind="whatsapp", address=ANA, phone=ANA, verified_by="channel"
    )
    assert whatsapp.customer_id == before


def test_two_known_people_are_not_joined_by_a_phone_but_shown_to_staff(session, ana, budi):
    identity = telegram(session)
    identities.verify_phone(session, identity, budi.identity.phone, "contact_share")
    identities.verify_phone(session, identity, ANA, "contact_share")
    assert identity.customer_id == budi.id
    (entry,) = audit.of_subject(session, "identity", identity.id)
    assert entry.action == "phone_conflict"


def test_a_code_joins_an_anonymous_customer(session, ana):
    identity = telegram(session)
    identities.verify_by_code(session, identity, ana.id)
    assert (identity.customer_id, identity.verified) == (ana.id, True)


def test_the_state_of_an_address_is_remembered(session, ana):
    identities.set_state(session, "whatsapp", ANA, IdentityState.BLOCKED)
    assert identities.get(session, ana.identity.id).state == IdentityState.BLOCKED
    assert identities.verified_of(session, ana.id) == []
    assert identities.set_state(session, "sms", "+62000", IdentityState.DEAD) is None


def test_a_moved_address_keeps_its_identity(session, ana):
    moved = identities.change_address(session, "whatsapp", ANA, "+628120000099")
    assert moved is ana.identity
    assert identities.change_address(session, "whatsapp", ANA, "+6281") is None


def test_a_first_name_is_taken_over_and_a_chosen_one_is_kept(session, ana):
    customers.rename(session, ana.id, "Ana Wijaya")
    identities.resolve(session, kind="whatsapp", address=ANA, name="~ana~")
    assert customers.get(session, ana.id).name == "Ana Wijaya"
    assert ana.identity.display_name == "~ana~"


@pytest.mark.parametrize("address", ["", "x" * 321])
def test_an_impossible_address_is_refused(session, address):
    with pytest.raises(identities.BadAddress):
        identities.resolve(session, kind="web", address=address)


def test_first_messages_at_once_make_one_customer(real_db):
    def first_message(_):
        with real_db.transaction() as session:
            return identities.resolve(
                session, kind="whatsapp", address=ANA, phone=ANA, verified_by="channel"
            ).customer_id

    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(first_message, range(20)))
    with real_db.reading() as session:
        assert len(ids) == 1
        assert session.query(Customer).count() == session.query(Identity).count() == 1


def test_first_messages_by_sms_and_whatsapp_at_once_make_one_customer(real_db):
    def first_message(number):
        with real_db.transaction() as session:
            identity = identities.resolve(
                session,
                kind=("sms", "whatsapp")[number % 2],
                address=ANA,
                phone=ANA,
                verified_by="channel",
            )
            return identity.customer_id

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(first_message, range(10)))) == 1


def test_a_card_is_found_after_its_owner_was_merged(session, ana, budi):
    member, _ = loyalty.enrol(session, budi.id)
    customers.merge(session, budi.id, ana.id, reason="same household", actor="staff:1")
    assert customers.find_by_card(session, member.card_number).id == ana.id
    assert customers.find_by_card(session, "VIP-00000000") is None
