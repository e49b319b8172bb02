"""The providers' templates as last seen: synced whole, states told by failures, one worker asks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm_store import templates
from crm_store.models import TemplateList
from crm_store.models.kinds import TemplateState

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def listed(provider_id="HX1", **keys):
    return {
        "provider_id": provider_id, "name": "siap", "language": "id", "body": "Halo {{1}} ya.",
        "variables": ("1",), "samples": {"1": "Ana"}, "kind": "twilio/text", "state": "approved",
        "category": "UTILITY", "reason": None, **keys,
    }  # fmt: skip


@pytest.fixture
def synced(session):
    templates.put(session, "toko", [listed(), listed("HX2", name="promo")], at=NOON)
    return session


def states(session, channel="toko"):
    return {one.provider_id: one.state for one in templates.of_channel(session, channel)}


def test_a_list_is_kept_as_it_came(synced):
    promo, siap = templates.of_channel(synced, "toko")
    assert (promo.name, siap.name) == ("promo", "siap")
    assert (siap.variables, siap.samples, siap.synced_at) == (["1"], {"1": "Ana"}, NOON)
    assert templates.list_of(synced, "toko").synced_at == NOON


def test_the_next_list_changes_adds_and_forgets(synced):
    later = NOON + HALF_HOUR
    new = [listed(state="paused", reason="low quality"), listed("HX3", name="baru")]
    templates.put(synced, "toko", new, at=later)
    synced.expire_all()
    assert states(synced) == {"HX1": TemplateState.PAUSED, "HX3": TemplateState.APPROVED}
    assert templates.list_of(synced, "toko").synced_at == later


def test_another_channels_list_is_left_alone(synced):
    templates.put(synced, "cabang", [listed("HX9")])
    templates.put(synced, "toko", [])
    assert (states(synced), set(states(synced, "cabang"))) == ({}, {"HX9"})


def test_a_list_that_did_not_come_leaves_the_old_one(synced):
    templates.not_come(synced, "toko", "Twilio did not answer")
    kept = templates.list_of(synced, "toko")
    assert (kept.error, kept.synced_at, len(states(synced))) == ("Twilio did not answer", NOON, 2)
    templates.put(synced, "toko", [listed()], at=NOON + HALF_HOUR)
    synced.expire_all()
    assert templates.list_of(synced, "toko").error is None


@pytest.mark.parametrize("named", ["HX1", "siap"])
def test_a6_4_a_failed_send_tells_a_state_and_the_list_is_asked_for_again(synced, named):
    assert not templates.due(synced, "toko", every=HALF_HOUR, at=NOON + timedelta(minutes=1))
    assert templates.set_state(synced, "toko", named, TemplateState.PAUSED, "63041")
    synced.expire_all()
    assert states(synced)["HX1"] == TemplateState.PAUSED
    assert templates.due(synced, "toko", every=HALF_HOUR, at=NOON + timedelta(minutes=1))


@pytest.mark.parametrize("named", ["HX1", "HX7"])
def test_a_state_that_is_known_or_nobodys_changes_nothing(synced, named):
    assert not templates.set_state(synced, "toko", named, TemplateState.APPROVED, None)
    assert templates.list_of(synced, "toko").asked_at == NOON


def test_a_template_is_found_for_its_own_channel_only(synced):
    one = templates.of_channel(synced, "toko")[0]
    assert templates.find(synced, "toko", one.id) is one
    assert templates.find(synced, "cabang", one.id) is None
    assert templates.find(synced, "toko", 999) is None


def test_the_list_is_asked_for_every_half_hour(session):
    minutes = (0, 29, 30, 59, 60)
    asked = [
        templates.due(session, "toko", every=HALF_HOUR, at=NOON + timedelta(minutes=minute))
        for minute in minutes
    ]
    assert asked == [True, False, True, False, True]


def test_of_several_workers_one_asks(real_db):
    def ask(_):
        with real_db.transaction() as session:
            return templates.due(session, "toko", every=HALF_HOUR, at=NOON)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, range(6))) == [False] * 5 + [True]
    with real_db.reading() as session:
        assert session.scalars(select(TemplateList.channel)).all() == ["toko"]
