"""The documents cannot drift: settings, commands and channels stand where readers look."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import main_app
from bot.settings import Settings
from channels.registry import CHANNEL_TYPES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIG = (ROOT / "config.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", Settings.model_fields)
def test_each_section_of_the_settings_stands_in_the_readme(section: str) -> None:
    assert f"| `{section}` |" in README


@pytest.mark.parametrize("section", Settings.model_fields)
def test_each_section_and_key_stands_in_the_configuration_file(section: str) -> None:
    assert re.search(rf"^{section}:", CONFIG, re.MULTILINE)
    keys = getattr(Settings.model_fields[section].annotation, "model_fields", {})
    missing = [key for key in keys if not re.search(rf"^\s+(# )?{key}:", CONFIG, re.MULTILINE)]
    assert missing == []


@pytest.mark.parametrize("command", re.findall(r"akrab ((?:[a-z]+ ?)+)", README))
def test_each_command_in_the_readme_exists(command: str) -> None:
    found = get_command(main_app)
    for word in command.split():
        found = getattr(found, "commands", {}).get(word, found)
    assert found is not get_command(main_app) or command.split()[0] in ("and",)


@pytest.mark.parametrize("kind", CHANNEL_TYPES)
def test_each_type_of_channel_stands_in_the_readme(kind: str) -> None:
    assert kind in README.lower()


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_each_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
