"""config.yml: read once, every problem told at once, secrets never shown."""

import re
from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError

REAL = Path(__file__).parents[2] / "config.yml"


@pytest.fixture
def load(tmp_path):
    def from_text(text, **environ):
        path = tmp_path / "config.yml"
        path.write_text(text, encoding="utf-8")
        return settings.load(path, environ)

    return from_text


def problems(load, text, **environ):
    with pytest.raises(SettingsError) as caught:
        load(text, **environ)
    return str(caught.value)


def test_the_shipped_file_is_valid_and_says_the_defaults():
    shipped = settings.load(REAL, {})
    plain = shipped.model_dump(exclude={"data", "assistant", "database", "channels", "simulator"})
    defaults = settings.Settings().model_dump(include=set(plain))
    assert plain == defaults


def test_the_shipped_file_names_every_key():
    text = REAL.read_text(encoding="utf-8")
    sections = settings.Settings.model_fields
    for name, section in sections.items():
        assert f"\n{name}:" in text
        for key in getattr(section.annotation, "model_fields", {}):
            assert re.search(rf"^  (# )?{key}: ", text, re.M), f"{name}.{key}"


def test_an_empty_file_is_all_defaults(load):
    assert load("").company.timezone == "Asia/Jakarta"


def test_settings_cannot_be_changed(load):
    with pytest.raises(ValueError, match="frozen"):
        load("").web.port = 1


def test_every_problem_is_told_at_once_with_its_place(load):
    told = problems(
        load,
        """
        company: {timezone: Asia/Bandung}
        web: {port: 99999, colour: red}
        channels:
          shop: {type: memory, kind: pigeon}
        """,
    )
    assert "has 4 problem(s)" in told
    assert "company.timezone: Not a time zone" in told
    assert "web.port: Input should be less than or equal to 65535" in told
    assert "web.colour: Unknown key" in told
    assert "channels.shop.kind: Input should be" in told


@pytest.mark.parametrize(
    ("channel", "place", "words"),
    [
        ("{type: fax}", "channels.shop", "Unknown type; expected one of"),
        ("{kind: sms}", "channels.shop", "Needs a type: one of"),
        ("{type: memory, colour: red}", "channels.shop.colour", "Unknown key"),
        ("{type: memory, kind: 7}", "channels.shop.kind", "Input should be"),
        ("", "channels.shop", "Expected keys with values, `type` among them"),
        ("words", "channels.shop", "Expected keys with values, `type` among them"),
        (
            "{type: telegram, token: '1:aaaaaaaaaaaaaaaaaaaaaaaa', api_url: localhost}",
            "channels.shop.api_url",
            "Expected an address such as https://api.example",
        ),
    ],
)
def test_a_channels_problem_names_the_channels_key(load, channel, place, words):
    assert f"{place}: {words}" in problems(load, f"channels: {{shop: {channel}}}")


def test_a_channels_name_is_fit_for_an_address(load):
    told = problems(load, "channels: {My Shop: {type: memory}}")
    assert "channels.My Shop: A channel's name is made of small letters" in told


BOT = "type: telegram, token: '1234:aaaaaaaaaaaaaaaaaaaaaaaa'"
WHATSAPP = f"type: twilio, account_sid: AC{'a' * 32}, auth_token: x, whatsapp: '+6281100000001'"
MAIL = "type: email, smtp: {host: a.example}, imap: {host: b.example, username: u, password: p}"


@pytest.mark.parametrize(
    ("one", "other", "thing"),
    [
        (WHATSAPP, WHATSAPP, "WhatsApp sender +6281100000001"),
        (BOT, f"{BOT}, mode: polling", "bot 1234"),
        (f"{MAIL}, address: a@a.example", f"{MAIL}, address: a@a.example", "address a@a.example"),
        (f"{MAIL}, address: a@a.example", f"{MAIL}, address: b@a.example", "mailbox u INBOX"),
        ("type: web", "type: web", "the web chat at /chat"),
    ],
)
def test_two_channels_cannot_have_one_number_bot_or_mailbox(load, one, other, thing):
    told = problems(load, f"channels: {{first: {{{one}}}, second: {{{other}}}}}")
    assert f"channels.second: {thing}" in told
    assert "is channel first already" in told
    assert "aaaaaaaa" not in told


def test_a_rate_for_a_channel_that_is_not_there_is_a_problem(load):
    told = problems(
        load, "{worker: {rates: {shpo: {overall: 1}}}, channels: {shop: {type: memory}}}"
    )
    assert "worker.rates.shpo: There is no such channel; there are: shop" in told


@pytest.mark.parametrize("url", ["https://a.example/?x=1", "https://a.example/#a", "https://", "a"])
def test_a_public_address_is_one_that_a_path_can_follow(load, url):
    assert "web.public_url: Expected an address" in problems(load, f"web: {{public_url: '{url}'}}")


def test_a_secret_comes_from_the_environment(load):
    found = load("web: {secret_key: '${KEY}'}", KEY='a: "b" #c')
    assert found.secret_key() == 'a: "b" #c'


def test_a_secret_comes_from_a_file(load, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    assert load("web: {secret_key: '${file:key}'}").secret_key() == "from a file"


def test_a_missing_variable_is_named_with_its_place(load):
    told = problems(load, "channels: {shop: {type: memory, secret: '${NOT_SET}'}}")
    assert "channels.shop.secret: Environment variable NOT_SET is not set" in told


def test_a_missing_file_is_named_with_its_place(load):
    told = problems(load, "web: {secret_key: '${file:nowhere}'}")
    assert "web.secret_key: File nowhere cannot be read" in told


def test_a_doubled_dollar_is_a_plain_one(load):
    assert load("company: {name: 'Toko $${A}'}").company.name == "Toko ${A}"


def test_a_secret_is_never_shown(load):
    found = load("web: {secret_key: hush}\nchannels: {shop: {type: memory, secret: hush}}")
    assert "hush" not in repr(found)
    assert "hush" not in problems(load, "web: {secret_key: {a: hush}}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web:\n  port: [", "line 2"),
        ("web: {port: 1}\nweb: {port: 2}", "line 2"),
        ("- a list", "expected sections"),
        ("web: {host: '\x00'}", "config.yml"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(load, text, words):
    assert words in problems(load, text)


def test_a_missing_configuration_is_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match=r"There is no .*config\.yml"):
        settings.load(tmp_path / "config.yml")


def test_a_relative_path_starts_at_the_files_folder(load, tmp_path):
    found = load("database: {url: sqlite:///var/a.db}")
    assert found.database.url == f"sqlite:///{tmp_path}/var/a.db"
    assert found.assistant.model == tmp_path / "var/model"


def test_an_absolute_or_foreign_address_stays(load):
    assert load("database: {url: sqlite:////srv/a.db}").database.url == "sqlite:////srv/a.db"
    url = "postgresql+psycopg://localhost/akrab"
    assert load(f"database: {{url: {url}}}").database.url == url


def test_a_missing_secret_key_is_made_once_and_kept_private(load, tmp_path):
    first = load("").secret_key()
    assert len(first) > 40
    assert load("").secret_key() == first
    assert (tmp_path / "var/secret_key").stat().st_mode & 0o077 == 0
