"""Links that connect an account: good once, for fifteen minutes, for one customer."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from crm_store import customers, links
from crm_store.models import AccountLink, Customer
from crm_store.session import now


def test_a_token_names_its_customer_once(session, ana):
    token = links.issue(session, ana.id)
    assert [links.redeem(session, token), links.redeem(session, token)] == [ana.id, None]


def test_a_token_fits_a_deep_link_and_cannot_be_guessed(session, ana):
    tokens = {links.issue(session, ana.id) for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32,64}", token) for token in tokens)
    assert links.TOKEN_BYTES * 8 >= 128


def test_only_a_hash_is_kept(session, ana):
    token = links.issue(session, ana.id)
    [kept] = session.scalars(select(AccountLink.digest))
    assert token.encode() not in kept


def test_a_token_expires(session, ana):
    token = links.issue(session, ana.id, at=now() - timedelta(minutes=15, seconds=1))
    assert links.redeem(session, token) is None
    fresh = links.issue(session, ana.id, at=now() - timedelta(minutes=14))
    assert links.redeem(session, fresh) == ana.id


def test_a_newer_token_takes_the_older_ones_place(session, ana, budi):
    old, others, new = (links.issue(session, one.id) for one in (ana, budi, ana))
    assert links.redeem(session, old) is None
    assert [links.redeem(session, new), links.redeem(session, others)] == [ana.id, budi.id]


def test_a_made_up_token_is_nobodys(session, ana):
    links.issue(session, ana.id)
    assert {links.redeem(session, token) for token in ("", "x", "a" * 32, "\ud800")} == {None}


def test_a_token_follows_its_customer_into_a_merge(session, ana, budi):
    token = links.issue(session, ana.id)
    customers.merge(session, ana.id, budi.id, reason="the same person", actor="staff:1")
    assert links.redeem(session, token) == budi.identity.customer_id


def test_of_many_who_bring_a_token_at_once_one_gets_it(real_db):
    with real_db.transaction() as session:
        customer = Customer(name="Ana")
        session.add(customer)
        session.flush()
        token = links.issue(session, customer.id)

    def bring(_):
        with real_db.transaction() as session:
            return links.redeem(session, token)

    with ThreadPoolExecutor(6) as pool:
        got = [one for one in pool.map(bring, range(6)) if one is not None]
    assert got == [customer.id]
