"""`akrab channels templates` and `akrab channels invite`, as an operator types them."""

import re

import pytest

from bot.commands import channels
from bot.errors import UserError
from crm_store import audit, identities, links, migrate, templates
from crm_store.session import Database

CONFIG = """
web: {secret_key: tests-only}
logging: {level: error}
channels:
  wa: {type: memory, kind: whatsapp}
  sms: {type: memory, kind: sms}
  silent: {type: twilio, account_sid: ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, auth_token: x,
           whatsapp: "+6281100000001", api_url: "http://127.0.0.1:9", timeout_seconds: 2}
  bot: {type: telegram, token: "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI", username: TokoBot}
  nameless: {type: telegram, token: "654321:abcdefghijklmnopqrstuvwxyzABCDEFGHI"}
"""


@pytest.fixture
def config(tmp_path, empty_store, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "akrab.db").write_bytes(empty_store.read_bytes())
    return tmp_path / "config.yml"


@pytest.fixture
def store(config):
    database = Database.open(f"sqlite:///{config.parent / 'var' / 'akrab.db'}")
    yield database
    database.close()


def test_a_list_that_was_never_fetched_says_how(config, capsys):
    assert channels.list_templates(config, "wa", fetch=False) == 0
    assert "never fetched → akrab channels templates --sync" in capsys.readouterr().out


def test_templates_are_listed_with_state_and_reason(config, capsys):
    assert channels.list_templates(config, "wa", fetch=True) == 0
    told = capsys.readouterr().out
    assert "wa, fetched now" in told
    assert re.search(r"pesanan_siap +id +approved +UTILITY +Halo \{\{1\}\}", told)
    assert re.search(r"hadiah_undian +id +rejected", told)
    assert "looks like a scam" in told


def test_a_silent_provider_is_named_and_the_others_are_listed(config, capsys, store):
    assert channels.list_templates(config, None, fetch=True) == 1
    told = capsys.readouterr().out
    assert "silent: not fetched since:" in told
    assert "pesanan_siap" in told
    with store.reading() as session:
        assert templates.of_channel(session, "silent") == []


@pytest.mark.parametrize("name", ["sms", "fax"])
def test_a_channel_without_templates_is_refused_in_a_sentence(config, name):
    with pytest.raises(UserError, match=f"No channel {name} with templates; there are: wa, silent"):
        channels.list_templates(config, name, fetch=False)


@pytest.fixture
def ana(store):
    """Ana is known by a verified number and a verified address; gives her id."""
    with store.transaction() as session:
        one = identities.resolve(
            session, kind="whatsapp", address="+6281200000001", phone="+6281200000001",
            verified_by="channel",
        )  # fmt: skip
        mail = identities.resolve(session, kind="email", address="ana@surat.example")
        identities.verify_by_code(session, mail, one.customer_id)
        identities.resolve(session, kind="email", address="typed@surat.example")
        return one.customer_id


@pytest.mark.parametrize("customer", ["0812-0000-0001", "+6281200000001", "Ana@surat.example "])
def test_a_customer_is_invited_by_phone_or_address(config, capsys, store, ana, customer):
    channels.invite(config, "bot", customer)
    token = re.search(r"https://t\.me/tokobot\?start=([\w-]{32})\n", capsys.readouterr().out)[1]
    with store.transaction() as session:
        assert links.redeem(session, token) == ana
        assert audit.of_subject(session, "customer", ana)[0].action == "invite"


@pytest.mark.parametrize(
    ("name", "customer", "sentence"),
    [
        ("bot", "0812-0000-0009", "Nobody verifiably owns 0812-0000-0009"),
        ("bot", "typed@surat.example", "Nobody verifiably owns typed@surat.example"),
        ("nameless", "0812-0000-0001", "nameless is not a Telegram channel with a username"),
        ("wa", "0812-0000-0001", "wa is not a Telegram channel"),
    ],
)
def test_whoever_cannot_be_invited_is_told_of_in_a_sentence(config, ana, name, customer, sentence):
    with pytest.raises(UserError, match=sentence):
        channels.invite(config, name, customer)


def test_a_company_without_templates_is_told_so(tmp_path, capsys):
    (tmp_path / "config.yml").write_text("channels: {sms: {type: memory, kind: sms}}")
    (tmp_path / "var").mkdir()
    migrate.upgrade(f"sqlite:///{tmp_path / 'var' / 'akrab.db'}")
    assert channels.list_templates(tmp_path / "config.yml", None, fetch=True) == 0
    assert "no channel has templates" in capsys.readouterr().out
