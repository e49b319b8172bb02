"""Rasa's own checks of the assistant's files."""

import pytest

from bot.rasa import training
from tests.conformance.conftest import ASSISTANT

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]


def test_rasa_data_validate_passes():
    training.validate(ASSISTANT)


def test_rasa_test_passes(rasa_model):
    said = training.conversation_test(ASSISTANT, rasa_model, ASSISTANT / "tests")
    assert "Evaluation Results on CONVERSATION level" in said
