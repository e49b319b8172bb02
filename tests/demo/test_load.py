"""The demo company loads whole, once, and its books balance."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.load import Loaded, load
from bot.demo.people import invent
from crm_store import customers, identities, loyalty_verify, migrate
from crm_store.session import Database

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Loaded]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    migrate.upgrade(url)
    db = Database.open(url, synchronous="off")
    return db, load(db, count=120, now=NOW)


def test_it_loads_as_many_customers_as_asked(company: tuple[Database, Loaded]) -> None:
    _, loaded = company
    assert (loaded.new, loaded.customers) == (True, 120)


def test_every_kind_of_history_is_there(company: tuple[Database, Loaded]) -> None:
    _, loaded = company
    assert min(loaded.purchases, loaded.messages, loaded.complaints, loaded.members) > 0


def test_a_second_load_changes_nothing(company: tuple[Database, Loaded]) -> None:
    db, _ = company
    assert load(db, count=120, now=NOW) == Loaded(new=False)


def test_the_books_of_every_card_balance(company: tuple[Database, Loaded]) -> None:
    db, _ = company
    with db.reading() as session:
        assert loyalty_verify.verify_ledger(session) == []


def test_ana_has_purchases_and_no_card(company: tuple[Database, Loaded]) -> None:
    db, _ = company
    with db.transaction() as session:
        ana = identities.resolve(session, kind="whatsapp", address="+6281200000001")
        card = customers.profile(session, ana.customer_id)
    assert card.customer.name == "Ana Permata"
    assert card.member is None


def test_the_same_seed_invents_the_same_people() -> None:
    assert invent(50, NOW.date()) == invent(50, NOW.date())


def test_the_same_moment_loads_the_same_company(
    company: tuple[Database, Loaded], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'again.db'}"
    migrate.upgrade(url)
    db = Database.open(url, synchronous="off")
    assert load(db, count=120, now=NOW) == company[1]
