"""The circuit breaker."""

import pytest

from nlu.rasa.breaker import Breaker


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def breaker(clock):
    return Breaker(failures=3, rest=10, clock=lambda: clock[0])


def fail(breaker, times):
    for _ in range(times):
        breaker.failed()


def test_two_failures_change_nothing(breaker):
    fail(breaker, 2)
    assert breaker.allows()


def test_three_failures_in_a_row_stop_everybody(breaker):
    fail(breaker, 3)
    assert not breaker.allows()


def test_after_the_rest_one_may_try_and_the_others_wait(breaker, clock):
    fail(breaker, 3)
    clock[0] = 11
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_success_opens_the_way_for_all(breaker, clock):
    fail(breaker, 3)
    clock[0] = 11
    breaker.allows()
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_a_failed_try_begins_another_rest(breaker, clock):
    fail(breaker, 3)
    clock[0] = 11
    breaker.allows()
    breaker.failed()
    clock[0] = 20
    assert not breaker.allows()
