"""C8: what an SMTP server does to us, through the real client, and what we make of it."""

import asyncio
from datetime import timedelta

import pytest

from channels.base import DeliveryStatus
from channels.errors import (
    AddressDead,
    Misconfigured,
    RateLimited,
    Refused,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)

pytestmark = pytest.mark.anyio


async def test_a_mail_is_sent_to_one_recipient(smtp, to_server, to_ana, tokens):
    receipt = await to_server().send(to_ana())
    [envelope] = smtp.received
    assert receipt.provider_id == tokens.message_id("17")
    assert receipt.status == DeliveryStatus.SENT
    assert envelope.rcpt_tos == ["ana@pelanggan.example"]
    assert receipt.provider_id.encode() in envelope.content


async def test_c8_3_the_envelope_sender_leads_bounces_back(smtp, to_server, to_ana, tokens):
    await to_server().send(to_ana())
    assert smtp.received[0].mail_from == tokens.address("17")


async def test_without_plus_addresses_it_is_the_plain_address(smtp, to_server, to_ana):
    await to_server(plus_addresses=False).send(to_ana())
    assert smtp.received[0].mail_from == "halo@toko-sinar.example"


async def test_c8_3_each_recipient_has_a_mail_of_its_own(smtp, to_server, to_ana):
    channel = to_server()
    await asyncio.gather(*(channel.send(to_ana(id=str(n), to=f"a{n}@x.example")) for n in range(5)))
    assert sorted(each.rcpt_tos for each in smtp.received) == [
        [f"a{n}@x.example"] for n in range(5)
    ]


async def test_c1_4_a_retry_carries_the_same_message_id(smtp, to_server, to_ana):
    channel = to_server()
    assert await channel.send(to_ana()) == await channel.send(to_ana())


async def test_lines_that_begin_with_a_dot_arrive(smtp, to_server, to_ana):
    await to_server().send(to_ana(".\n.akhir"))
    assert b"\r\n.\r\n.akhir\r\n" in smtp.received[0].content


@pytest.mark.parametrize(
    ("phase", "answer", "error", "code"),
    [("rcpt", "450 4.2.0 mailbox busy", Unreachable, "4.2.0"),
     ("rcpt", "451 internal error", Unreachable, "451"),
     ("rcpt", "421 4.3.2 shutting down", Unreachable, "4.3.2"),
     ("rcpt", "450 4.7.1 Greylisted, try again later", RateLimited, "4.7.1"),
     ("rcpt", "452 4.2.2 Mailbox full", RateLimited, "4.2.2"),
     ("rcpt", "450 4.2.1 receiving mail at a rate that is too high", RateLimited, "4.2.1"),
     ("rcpt", "550 5.1.1 User unknown", AddressDead, "5.1.1"),
     ("rcpt", "550 5.1.10 Recipient not found", AddressDead, "5.1.10"),
     ("rcpt", "550 5.1.2 Host unknown", AddressDead, "5.1.2"),
     ("rcpt", "550 5.2.1 Mailbox disabled", AddressDead, "5.2.1"),
     ("rcpt", "550 No such user here", AddressDead, "550"),
     ("rcpt", "552 5.2.2 Over quota", Refused, "5.2.2"),
     ("rcpt", "550 5.7.1 Blocked as spam", Refused, "5.7.1"),
     ("rcpt", "554 5.7.1 Relay access denied", Misconfigured, "5.7.1"),
     ("rcpt", "550 5.4.1 Access denied", Refused, "5.4.1"),
     ("rcpt", "550 refused", Refused, "550"),
     ("mail", "451 4.3.0 later", Unreachable, "4.3.0"),
     ("mail", "553 5.7.1 Sender address rejected", SenderStopped, "5.7.1"),
     ("mail", "530 5.7.0 Authentication required", SenderStopped, "5.7.0"),
     ("data", "451 4.3.0 later", Unreachable, "4.3.0"),
     ("data", "552 5.3.4 Message too large", Refused, "5.3.4"),
     ("data", "554 5.7.1 Spam", Refused, "5.7.1"),
     ("data", "550 5.7.26 unauthenticated", Misconfigured, "5.7.26"),
     ("data", "550 5.7.515 Access denied", Misconfigured, "5.7.515")],
)  # fmt: skip
async def test_c8_1_replies_become_errors(phase, answer, error, code, smtp, to_server, to_ana):
    smtp.answers[phase] = answer
    with pytest.raises(error) as raised:
        await to_server().send(to_ana())
    assert type(raised.value) is error
    assert raised.value.code == code
    assert not smtp.received


async def test_c8_1_greylisting_is_waited_out_for_minutes(smtp, to_server, to_ana):
    smtp.answers["rcpt"] = "451 4.7.1 Greylisting in action"
    with pytest.raises(RateLimited) as raised:
        await to_server().send(to_ana())
    assert raised.value.retry_after >= timedelta(minutes=5)


async def test_after_a_refusal_the_next_mail_goes_out(smtp, to_server, to_ana):
    channel = to_server()
    smtp.answers["rcpt"] = "550 5.1.1 User unknown"
    with pytest.raises(AddressDead):
        await channel.send(to_ana())
    smtp.answers.clear()
    await channel.send(to_ana(id="18"))
    assert len(smtp.received) == 1


@pytest.mark.parametrize("phase", ["mail", "rcpt"])
async def test_c8_2_a_cut_before_the_mail_is_harmless(phase, smtp, to_server, to_ana):
    smtp.cut = phase
    with pytest.raises(Unreachable):
        await to_server().send(to_ana())


@pytest.mark.parametrize("phase", ["data", "answer"])
async def test_c8_2_a_cut_after_data_is_unknown(phase, smtp, to_server, to_ana):
    smtp.cut = phase
    with pytest.raises(UnknownOutcome):
        await to_server().send(to_ana())


async def test_c8_2_no_answer_after_data_is_unknown(smtp, to_server, to_ana):
    smtp.slow["data"] = 2.0
    with pytest.raises(UnknownOutcome):
        await to_server(smtp={"data_seconds": 0.3}).send(to_ana())


async def test_c8_2_no_answer_before_it_is_harmless(smtp, to_server, to_ana):
    smtp.slow["rcpt"] = 2.0
    with pytest.raises(Unreachable):
        await to_server(smtp={"connect_seconds": 0.3}).send(to_ana())


async def test_c8_2_a_refused_connection_is_harmless(new_channel, to_ana):
    with pytest.raises(Unreachable):
        await new_channel().send(to_ana())


async def test_c8_2_without_starttls_nothing_is_sent(smtp, to_server, to_ana):
    with pytest.raises(SenderStopped):
        await to_server(smtp={"tls": "starttls"}).send(to_ana())
    assert not smtp.received


async def test_a_server_without_tls_is_not_spoken_to_in_clear(smtp, to_server, to_ana):
    with pytest.raises(Unreachable):
        await to_server(smtp={"tls": "implicit"}).send(to_ana())


async def test_a_wrong_password_is_the_operators_to_mend(smtp, to_server, to_ana):
    channel = to_server(smtp={"username": "sari", "password": "wrong"})
    with pytest.raises(SenderStopped, match="sign-in"):
        await channel.send(to_ana())


async def test_the_right_password_lets_us_send(smtp, to_server, to_ana):
    await to_server(smtp={"username": "sari", "password": "right"}).send(to_ana())
    assert len(smtp.received) == 1


async def test_connections_are_used_again(smtp, to_server, to_ana):
    channel = to_server()
    for number in range(3):
        await channel.send(to_ana(id=str(number)))
    assert len(smtp.sessions) == 1
    await channel.close()


async def test_an_idle_connection_that_is_gone_is_replaced(smtp, to_server, to_ana):
    channel = to_server()
    await channel.send(to_ana(id="1"))
    _, idle = channel._outbox._idle[0]
    idle.transport.abort()
    await channel.send(to_ana(id="2"))
    assert len(smtp.received) == 2


async def test_an_address_beyond_ascii_needs_smtputf8(smtp, to_server, to_ana):
    await to_server().send(to_ana(to="anä@pelanggan.example"))
    assert "SMTPUTF8" in smtp.received[0].mail_options


async def test_a_cancelled_send_leaves_no_connection_behind(smtp, to_server, to_ana):
    smtp.slow["data"] = 5.0
    channel = to_server()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await channel.send(to_ana())
    assert not channel._outbox._idle


async def test_a_signed_mail_goes_out_signed(smtp, to_server, to_ana, dkim_key):
    section = {"selector": "s1", "private_key": dkim_key[0]}
    await to_server(dkim=section).send(to_ana())
    assert smtp.received[0].content.startswith(b"DKIM-Signature:")
