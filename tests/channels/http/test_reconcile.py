"""What became of a message whose answer never came: asked of the other side by its key."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.abilities import Reconciler
from channels.base import Template
from channels.errors import Refused, SendError, UnknownOutcome, Unreachable
from channels.http import signature

pytestmark = pytest.mark.anyio
LONG = "satu dua tiga empat lima enam"


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.fixture
async def asking(make, gateway, patience):
    """A channel that may ask at `/sent`, and whose texts have 20 characters at most."""
    lookup = gateway.url.replace("/send", "/sent")
    channel = make(url=gateway.url, lookup_url=lookup, timeout_seconds=patience, text=20)
    yield channel
    await channel.close()


def test_only_a_side_that_can_tell_is_asked(make):
    asked, mute = make(lookup_url="https://gateway.example/sent"), make()
    assert isinstance(asked, Reconciler)
    assert not isinstance(mute, Reconciler)
    assert (asked.capabilities.reconcile, mute.capabilities.reconcile) == (True, False)


async def test_a_message_that_was_taken_is_found_by_its_key(asking, gateway, to_ana):
    gateway.answers.append({"cut": True, "taken": True})
    with pytest.raises(UnknownOutcome):
        await asking.send(to_ana("halo"))
    receipt = await asking.reconcile(to_ana("halo"), ago(1))
    assert (receipt.provider_id, receipt.parts) == ("g1", ("g1",))
    assert len(gateway.requests) == 1


async def test_the_question_is_signed_over_its_query(asking, gateway, to_ana, secret):
    await asking.send(to_ana("halo"))
    await asking.reconcile(to_ana("halo"), ago(1))
    [(header, query)] = gateway.asked
    seconds = int(header.partition(",")[0].removeprefix("t="))
    assert header == signature(SecretStr(secret), query.encode(), at=seconds)
    assert query == "key=shop%3A12"


async def test_a_message_nobody_has_is_provably_not_sent(asking, to_ana):
    assert await asking.reconcile(to_ana("halo"), ago(90)) is None


async def test_a_moment_after_sending_nothing_is_proved(asking, to_ana):
    with pytest.raises(Unreachable, match="too early"):
        await asking.reconcile(to_ana("halo"), ago(5))


async def test_what_waited_long_and_was_tried_just_now_may_still_arrive(asking, to_ana):
    with pytest.raises(Unreachable, match="too early"):
        await asking.reconcile(to_ana("halo", tried_at=ago(5)), ago(9000))
    assert await asking.reconcile(to_ana("halo", tried_at=ago(90)), ago(9000)) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404},
        {"status": 404, "text": "<html>"},
        {"status": 500},
        {"status": 429},
        {"json": {}},
        {"json": []},
        {"cut": True},
    ],
    ids=str,
)
async def test_only_a_plain_no_counts_as_no(asking, gateway, to_ana, answer):
    """A wrong address answers 404 too, and a message sent twice cannot be taken back."""
    gateway.lookups.append(answer)
    with pytest.raises(Unreachable):
        await asking.reconcile(to_ana("halo"), ago(90))


@pytest.mark.parametrize("patience", [2.0])
async def test_no_answer_in_time_is_no_no(asking, gateway, to_ana, patience):
    gateway.lookups.append({"slow": 6.0})
    with pytest.raises(Unreachable):
        await asking.reconcile(to_ana("halo"), ago(90))


async def test_404_with_a_null_id_is_a_plain_no(asking, gateway, to_ana):
    gateway.lookups.append({"status": 404, "json": {"id": None}})
    assert await asking.reconcile(to_ana("halo"), ago(90)) is None


async def test_a_missing_part_is_posted_and_no_other(asking, gateway, to_ana):
    gateway.answers.extend([{}, {"cut": True}])
    with pytest.raises(UnknownOutcome):
        await asking.send(to_ana(LONG))
    receipt = await asking.reconcile(to_ana(LONG), ago(90))
    assert receipt.parts == ("g1", "12/2")
    assert [body["id"] for body in gateway.bodies] == ["12/1", "12/2", "12/2"]


@pytest.mark.parametrize("answer", [{"status": 503}, {"status": 429}, {"cut": True}], ids=str)
async def test_a_missing_part_that_is_not_taken_is_tried_again(asking, gateway, to_ana, answer):
    gateway.known["shop:12/1"] = "g1"
    gateway.answers.append(answer)
    with pytest.raises(SendError) as raised:
        await asking.reconcile(to_ana(LONG), ago(90))
    assert raised.value.retryable


async def test_a_missing_part_that_is_refused_leaves_the_rest_sent(asking, gateway, to_ana):
    gateway.known["shop:12/1"] = "g1"
    gateway.answers.append({"status": 422})
    receipt = await asking.reconcile(to_ana(LONG), ago(90))
    assert receipt.parts == ("g1",)


@pytest.mark.parametrize(
    ("lookup", "well"),
    [(None, True), ({"json": {"id": "p9"}}, False), ({"status": 404}, False)],
)
async def test_the_check_looks_up_what_was_never_sent(asking, gateway, lookup, well):
    if lookup:
        gateway.lookups.append(lookup)
    findings = [finding for finding in await asking.check() if "/sent" in finding.text]
    assert [finding.ok for finding in findings] == [well]


@pytest.mark.parametrize(
    "keys", [{"text": ""}, {"text": " \n"}, {"text": "x", "template": Template("promo")}]
)
async def test_what_cannot_be_shown_is_refused_before_it_is_posted(shop, gateway, to_ana, keys):
    with pytest.raises(Refused):
        await shop.send(to_ana(**keys))
    assert gateway.requests == []
