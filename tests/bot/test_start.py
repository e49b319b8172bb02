"""A start loads what is configured and asked for, and nothing else: that is most of its time."""

import shutil
import subprocess
import sys

import pytest

ADAPTERS = {f"channels.{name}" for name in ("email", "http", "telegram", "twilio")}
LIBRARIES = {"telegram", "twilio", "bs4", "imap_tools", "aiosmtplib", "dkim", "dns"}
TRAINING = {"sklearn", "scipy", "nlu.train"}
SERVING = {"uvicorn", "fastapi", "bot.web"}
UNWANTED = ADAPTERS | LIBRARIES | TRAINING | {"alembic", "bot.bench", "playwright"}
PREPARE = """
import sys
from pathlib import Path
from bot.commands import prepare, show
settings = show.load(Path(sys.argv[1]))
prepare.check_schema(settings)
prepare.upgrade(settings)
prepare.fit_if_needed(settings)
"""
BUILD = """
from bot.commands import chat, run
app = run.build(settings)
assert app.engine.parse("Pemerintah mengumumkan kebijakan ekonomi terbaru").language == "id"
app.close()
"""
SERVE = "from bot.web import create_web; create_web(app)\n"
TELL = "print(*sorted(set(sys.argv[2:]) & set(sys.modules)))\n"
TELEGRAM = "bot: {type: telegram, token: '1:aaaaaaaaaaaaaaaaaaaaaaaa'}"


@pytest.fixture
def loaded(tmp_path, empty_store, assistant_model):
    """Which of these modules a program loads, with these channels configured."""
    shutil.copyfile(empty_store, tmp_path / "akrab.db")
    config = f"""
data: {tmp_path}
database: {{url: 'sqlite:///{tmp_path}/akrab.db'}}
assistant: {{model: {assistant_model}, project: {tmp_path}/none}}
web: {{secret_key: tests-only}}
"""

    def run(code, names, channels="wa: {type: memory, kind: whatsapp}, web: {type: web}"):
        (tmp_path / "config.yml").write_text(f"{config}channels: {{{channels}}}\n")
        command = [sys.executable, "-c", code + TELL, str(tmp_path / "config.yml"), *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return set(done.stdout.splitlines()[-1].split())

    return run


def test_to_prepare_a_shop_that_is_ready_needs_nothing_heavy(loaded):
    assert loaded(PREPARE, UNWANTED | SERVING | {"numpy"}) == set()


def test_to_build_the_program_needs_no_web_server(loaded):
    assert loaded(PREPARE + BUILD, UNWANTED | SERVING) == set()


def test_to_serve_needs_no_adapter_that_is_not_configured(loaded):
    assert loaded(PREPARE + BUILD + SERVE, UNWANTED) == set()


def test_a_configured_adapter_is_loaded_alone(loaded):
    assert loaded(PREPARE, ADAPTERS, TELEGRAM) == {"channels.telegram"}
