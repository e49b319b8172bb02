"""Every row of A7, and what is not in it."""

import logging
from datetime import timedelta

import pytest

from bot.settings import Settings
from channels.base import ReachState
from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from channels.twilio import failures

A7 = {
    "address dead": (AddressDead, (21211, 21614, 30005, 30006, 63003, 63024)),
    "opted out": (OptedOut, (21610,)),
    "window": (WindowClosed, (63016,)),
    "throttle": (RateLimited, (20429, 429, 63017, 63018, 30001, 21611, 14107)),
    "content or template": (
        Refused,
        (21617, 21620, 21623, 21654, 21655, 21656, 63005, 63013, 63019, 63021, 63027, 63028,
         63030, 63034, 63040, 63041, 63042, 21658),
    ),
    "filtered": (Refused, (30007,)),
    "temporary": (Unreachable, (30003, 30008, 30017, 30410, 63010, 63012)),
    "configuration, of one destination": (Misconfigured, (20404, 21408, 21608, 21612, 21704)),
    "configuration, of the sender": (
        SenderStopped, (20003, 21606, 21703, 21705, 30002, 63001, 63007, 63020, 63051),
    ),
    "whatsapp limits": (Refused, (63032, 63049)),
}  # fmt: skip
ROWS = [
    pytest.param(kind, code, id=f"A7 {row}: {code}")
    for row, (kind, codes) in A7.items()
    for code in codes
]


@pytest.mark.parametrize(("kind", "code"), ROWS)
def test_a_code_stands_for_its_class(kind, code):
    assert failures.classify(code) is kind
    assert type(failures.for_code(str(code))) is kind
    assert failures.describe(code)


def test_the_table_has_no_code_the_contract_does_not_name():
    named = {code for _, codes in A7.values() for code in codes}
    assert set(failures.CODES) - named == {30004}


def test_a_blocked_recipient_is_blocked():
    assert failures.classify(30004) is Blocked


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("30005", ReachState.DEAD),
        ("63024", ReachState.DEAD),
        ("21610", ReachState.OPTED_OUT),
        ("30004", ReachState.BLOCKED),
        ("30007", None),
        ("63016", None),
        ("63049", None),
        ("63032", None),
        ("99999", None),
        ("", None),
        ("²", None),
        (None, None),
    ],
)
def test_only_some_codes_say_something_of_the_address(code, state):
    assert failures.reach(code) is state


@pytest.mark.parametrize("row", ["content or template", "filtered", "whatsapp limits"])
def test_what_cannot_get_better_is_not_retried(row):
    assert not A7[row][0].retryable


@pytest.mark.parametrize("row", ["throttle", "temporary"])
def test_what_may_get_better_is_retried(row):
    assert A7[row][0].retryable


@pytest.mark.parametrize(
    ("code", "header", "seconds"),
    [
        ("20429", None, 1),
        ("20429", "7", 7),
        ("20429", "0", 1),
        ("20429", "soon", 1),
        ("20429", "9" * 9, 3600),
        ("14107", None, 30),
        ("21611", None, 60),
        ("63018", None, 10),
    ],
)
def test_a_throttle_says_how_long_to_wait(code, header, seconds):
    error = failures.for_code(code, retry_after=header)
    assert error.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, SenderStopped),
        (413, Refused),
        (422, Refused),
        (429, RateLimited),
        (500, UnknownOutcome),
        (502, UnknownOutcome),
        (503, UnknownOutcome),
    ],
)
@pytest.mark.parametrize(
    "text", ["", "<html>", "[]", '{"code": 99999}', '{"code": null}', "[" * 9999]
)
def test_an_unknown_code_goes_by_the_status(status, kind, text):
    assert type(failures.from_answer("POST", status, text)) is kind


@pytest.mark.parametrize("status", [403, 404, 405, 409])
@pytest.mark.parametrize("text", ['{"code": 99999}', '{"code": null}', "{}"])
def test_what_twilio_refuses_without_a_known_code_is_for_an_operator(status, text):
    assert type(failures.from_answer("POST", status, text)) is Misconfigured


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404, 405, 407, 408, 451])
@pytest.mark.parametrize("text", ["", "<html>", "[]", "Forbidden", "[" * 9999])
def test_a_page_of_something_in_between_is_no_refusal_by_twilio(status, text):
    error = failures.from_answer("POST", status, text)
    assert type(error) is Unreachable
    assert str(error) == f"something between here and Twilio answered {status}"


@pytest.mark.parametrize("status", [408, 425])
def test_a_request_that_was_too_slow_was_not_processed(status):
    assert type(failures.from_answer("POST", status, "{}")) is Unreachable


def test_a_5xx_on_a_get_may_be_asked_again():
    assert type(failures.from_answer("GET", 503, "")) is Unreachable


def test_a_429_was_never_processed_whatever_code_it_carries():
    error = failures.from_answer("POST", 429, '{"code": 20003, "message": "slow down"}', "3")
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=3)


def test_an_unknown_code_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        failures.for_code("31337", status=400)
    assert "31337" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        '{"code": 21610, "message": "unsubscribed", "status": 400}',
        '{"type": "about:blank", "title": "no", "status": 400, "code": 21610, "detail": "x"}',
        '{"code": "21610"}',
    ],
)
def test_a10_both_forms_of_problem_are_read(text):
    error = failures.from_answer("POST", 400, text)
    assert (type(error), error.code) == (OptedOut, "21610")


def test_a4_3_the_loop_breaker_stops_below_twilios_fifteen_replies():
    assistant = Settings.model_fields["assistant"].annotation
    assert assistant().most_turns_a_minute < 15


def test_a6_6_a_marketing_cap_is_no_fault_of_the_address_and_not_tried_again():
    error = failures.for_code("63049")
    assert (type(error), error.retryable, failures.reach("63049")) == (Refused, False, None)
