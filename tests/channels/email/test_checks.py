"""`akrab check` signs in everywhere and says what to do about what fails."""

import pytest

pytestmark = pytest.mark.anyio


async def test_a_well_configured_channel_is_well(smtp, imap, to_server, from_mailbox):
    mailbox = from_mailbox()._config.imap.model_dump()
    channel = to_server(imap=mailbox, authserv_id="mx.toko-sinar.example")
    findings = await channel.check()
    assert [each.ok for each in findings] == [True, True, False]
    assert "IDLE" in findings[1].text
    assert findings[2].fix == 'set smtp.tls to "starttls" or "implicit"'


async def test_a_wrong_sign_in_is_found_at_both_servers(smtp, imap, to_server, from_mailbox):
    mailbox = from_mailbox(password="wrong")._config.imap.model_dump()
    channel = to_server(imap=mailbox, smtp={"username": "sari", "password": "wrong"})
    findings = await channel.check()
    assert [each.ok for each in findings[:2]] == [False, False]
    assert all("config.yml" in each.fix for each in findings[:2])


async def test_a_key_that_cannot_sign_is_found(smtp, to_server):
    findings = await to_server(dkim={"selector": "s", "private_key": "x"}).check()
    assert not findings[1].ok


async def test_a_webhook_only_channel_says_where_mail_comes_in(smtp, to_server):
    findings = await to_server().check()
    assert any("https://toko-sinar.example/webhooks/shop" in each.text for each in findings)
    assert any("authserv_id" in (each.fix or "") for each in findings)


async def test_a_folder_that_is_missing_is_found(imap, from_mailbox):
    findings = await from_mailbox(sent_folder="Nope").check()
    assert any("'Nope'" in each.text and not each.ok for each in findings)
