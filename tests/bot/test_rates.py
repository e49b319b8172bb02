"""Token buckets, by a clock the test winds."""

import itertools

from bot.delivery.rates import Limiter, configured, limits
from bot.settings import RatesSection
from channels.base import Rates, Ration
from crm_store.rates import Limit


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_without_rates_nothing_waits():
    limiter = Limiter(Rates())
    assert {limiter.take("ana") for _ in range(1000)} == {0.0}


def test_a_channel_sends_no_faster_than_its_rate():
    clock = Clock()
    limiter = Limiter(Rates(overall=10), clock=clock)
    assert [limiter.take(str(number)) for number in range(3)] == [0.0, 0.0, 0.1]
    clock.now = 0.1
    assert limiter.take("ana") == 0.0


def test_b3_1_in_no_second_does_a_channel_send_much_more_than_its_rate():
    clock, sent = Clock(), []
    limiter = Limiter(Rates(overall=30), clock=clock)
    for number in range(2000):
        if limiter.take(str(number)) == 0.0:
            sent.append(clock.now)
        clock.now += 1 / 512
    assert max(sum(start <= at < start + 1 for at in sent) for start in sent) <= 36
    assert len(sent) >= 110


def test_one_recipient_waits_while_another_does_not():
    limiter = Limiter(Rates(overall=100, per_recipient=1), clock=Clock())
    assert [limiter.take("ana"), limiter.take("ana"), limiter.take("budi")] == [0.0, 1.0, 0.0]


def test_the_first_message_to_somebody_never_waits_although_time_passes_meanwhile():
    clock = itertools.count(1.0, 0.001)
    limiter = Limiter(Rates(overall=1000, per_recipient=1), clock=lambda: next(clock))
    assert [limiter.take(name) for name in ("ana", "budi", "citra")] == [0.0, 0.0, 0.0]


def test_a_refused_message_takes_no_token():
    clock = Clock()
    limiter = Limiter(Rates(overall=1, per_recipient=1), clock=clock)
    assert [limiter.take("ana"), limiter.take("ana"), limiter.take("ana")] == [0.0, 1.0, 1.0]


def test_recipients_long_served_are_forgotten():
    clock = Clock()
    limiter = Limiter(Rates(per_recipient=1), clock=clock)
    for number in range(5000):
        clock.now = float(number)
        limiter.take(str(number))
    assert len(limiter._buckets) < 4200


def test_configuration_overrules_the_channel():
    rates = configured(Rates(overall=80, per_recipient=1), RatesSection(overall=10))
    assert rates == Rates(overall=10, per_recipient=1)


GROUP = Ration(rate=0.25, burst=5)


def test_b3_1_a_rationed_recipient_gets_no_more_in_any_minute():
    clock, sent = Clock(), []
    limiter = Limiter(Rates(overall=30, per_recipient=1), clock=clock)
    for _ in range(240):
        if limiter.take("-42", ration=GROUP) == 0.0:
            sent.append(clock.now)
        clock.now += 0.5
    windows = [sum(start <= at < start + 60 for at in sent) for start in sent]
    assert max(windows) <= 20
    assert len(sent) >= 30


def test_rationing_one_recipient_leaves_the_others_alone():
    limiter = Limiter(Rates(), clock=Clock())
    assert [limiter.take("-42", ration=GROUP) for _ in range(6)] == [0.0] * 5 + [4.0]
    assert limiter.take("ana") == 0.0


def test_all_workers_share_the_same_buckets():
    assert limits(Rates(overall=30, per_recipient=1), "-42", GROUP) == [
        Limit("", 30, 6), Limit("-42", 1, 1), Limit("-42 rationed", 0.25, 5),
    ]  # fmt: skip
