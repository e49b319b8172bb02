"""Mail leaves and is fetched encrypted, and only to servers whose certificate is trusted."""

import asyncio

import pytest

from channels.email.imap import Session
from channels.errors import Misconfigured

pytestmark = pytest.mark.anyio
BOTH = pytest.mark.parametrize("smtp", ["starttls", "implicit"], indirect=True)


def way(request: pytest.FixtureRequest) -> str:
    return request.node.callspec.params["smtp"]


@BOTH
async def test_a_mail_goes_out_encrypted(smtp, to_server, to_ana, certificate, request):
    channel = to_server(smtp={"tls": way(request), "ca_file": certificate[0]})
    await channel.send(to_ana())
    assert len(smtp.received) == 1


@BOTH
async def test_a_certificate_nobody_vouches_for_is_refused(smtp, to_server, to_ana, request):
    with pytest.raises(Misconfigured, match="certificate"):
        await to_server(smtp={"tls": way(request)}).send(to_ana())
    assert not smtp.received


@pytest.mark.parametrize("smtp", ["starttls"], indirect=True)
async def test_c8_2_the_sign_in_waits_for_encryption(smtp, to_server, to_ana, certificate):
    keys = {"tls": "starttls", "ca_file": certificate[0], "username": "sari", "password": "right"}
    channel = to_server(smtp=keys)
    await channel.send(to_ana())
    assert len(smtp.received) == 1


@pytest.mark.parametrize("imap", ["tls"], indirect=True)
async def test_a_mailbox_is_read_encrypted(imap, from_mailbox, certificate):
    session = Session(from_mailbox(tls="implicit", ca_file=certificate[0])._config.imap)
    await asyncio.to_thread(session.open)
    assert session.validity
    await asyncio.to_thread(session.close)


@pytest.mark.parametrize("imap", ["tls"], indirect=True)
async def test_a_mailbox_nobody_vouches_for_is_not_signed_in_to(imap, from_mailbox):
    session = Session(from_mailbox(tls="implicit")._config.imap)
    with pytest.raises(Misconfigured, match="certificate"):
        await asyncio.to_thread(session.open)


async def test_a_missing_file_of_authorities_is_the_operators_to_mend(imap, from_mailbox):
    session = Session(from_mailbox(tls="implicit", ca_file="/nowhere.pem")._config.imap)
    with pytest.raises(Misconfigured, match="ca_file"):
        await asyncio.to_thread(session.open)
