"""The command as a newcomer meets it: short help, one sentence for what they can put right."""

import os
import shutil
import subprocess
import sys

import pytest

from crm_store import migrate

CONFIG = """
web: {secret_key: tests-only}
channels: {web: {type: web}, wa: {type: memory, kind: whatsapp}}
"""


@pytest.fixture
def akrab(tmp_path):
    (tmp_path / "config.yml").write_text(CONFIG)

    def run(*words, **options):
        environ = {**os.environ, "PYTHONPATH": os.getcwd(), "NO_COLOR": "1", **options}
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def migrated(tmp_path, empty_store):
    """What `akrab migrate` makes."""
    (tmp_path / "var").mkdir()
    shutil.copyfile(empty_store, tmp_path / "var/akrab.db")


def test_help_names_every_command(akrab):
    told = akrab("--help").stdout
    for command in ("demo", "serve", "work", "chat", "check", "train", "migrate", "bench"):
        assert command in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("check", "-c", "nowhere.yml"), "There is no nowhere.yml"),
        (("chat", "--channel", "fax", "-c", "nowhere.yml"), "There is no nowhere.yml"),
        (("serve",), "run `akrab migrate`"),
        (("ledger", "verify"), "run `akrab migrate`"),
        (("staff", "add", "rani@toko-sinar.example"), "run `akrab migrate`"),
    ],
)
def test_what_the_user_can_put_right_is_one_sentence(akrab, words, sentence):
    done = akrab(*words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_our_own_bug_shows_a_traceback_and_another_code(akrab):
    broken = "import bot.settings\nbot.settings.load = lambda path: 1 / 0\n"
    code = f"import sys; sys.argv = ['akrab', 'migrate']\n{broken}import bot.cli; bot.cli.main()"
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3
    assert "ZeroDivisionError" in done.stderr


def test_migrate_makes_the_database(akrab, tmp_path):
    assert migrate.head() in akrab("migrate").stdout
    assert (tmp_path / "var/akrab.db").exists()


def test_staff_are_added_once_with_a_decent_password(akrab, migrated):
    add = ("staff", "add", "rani@toko-sinar.example", "--team", "service")
    assert "at least 10" in akrab(*add, AKRAB_PASSWORD="short").stderr
    assert akrab(*add, AKRAB_PASSWORD="long enough 1").returncode == 0
    assert "is there already" in akrab(*add, AKRAB_PASSWORD="long enough 1").stderr


def test_an_unknown_role_or_team_is_named(akrab, migrated):
    add = ("staff", "add", "tom@toko-sinar.example")
    assert "choose service" in akrab(*add, "--role", "king").stderr
    assert "There is no team north" in akrab(*add, "--team", "north").stderr


def test_the_ledger_of_a_new_database_is_in_order(akrab, migrated):
    done = akrab("ledger", "verify")
    assert (done.returncode, "every balance follows" in done.stdout) == (0, True)


def test_check_tells_everything_it_found(akrab):
    done = akrab("check")
    assert done.returncode == 1
    for found in ("config.yml is valid", "akrab migrate", "akrab train", "web:", "wa:"):
        assert found in done.stdout, found


@pytest.mark.parametrize(
    "words",
    [
        ["migrate"],
        ["channels", "templates"],
        ["channels", "invite", "bot", "+6281200000001"],
        ["serve"],
    ],
    ids=" ".join,
)
def test_a_database_that_cannot_be_opened_is_one_sentence(akrab, tmp_path, words):
    nowhere = (
        f"{CONFIG}data: {tmp_path / 'data'}\ndatabase: {{url: 'sqlite:///{tmp_path}/no/a.db'}}\n"
    )
    (tmp_path / "config.yml").write_text(nowhere)
    told = akrab(*words)
    assert told.returncode == 1
    assert "cannot be opened: unable to open database file; look at database.url" in (
        " ".join(told.stderr.split())
    )
    assert "Traceback" not in told.stderr


def test_a_check_says_shortly_why_the_database_cannot_be_opened(akrab, tmp_path):
    nowhere = (
        f"{CONFIG}data: {tmp_path / 'data'}\ndatabase: {{url: 'sqlite:///{tmp_path}/no/a.db'}}\n"
    )
    (tmp_path / "config.yml").write_text(nowhere)
    told = " ".join(akrab("check").stdout.split())
    assert "database cannot be opened: unable to open database file → look at" in told
