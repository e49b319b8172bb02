"""Other people's Rasa projects: each loads, or is refused with file and line.

Their files are not ours to ship. Put some into a folder, each with its config.yml, and name it in
AKRAB_FOREIGN_PROJECTS: RasaHQ's rasa-3.x-form-examples, helpdesk-assistant and financial-demo were.
"""

import os
import re
from pathlib import Path

import pytest

from nlu import train
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.problems import TrainingDataError

FOLDER = os.environ.get("AKRAB_FOREIGN_PROJECTS")
PROJECTS = sorted(path.parent for path in Path(FOLDER).rglob("config.yml")) if FOLDER else []
PLACE = re.compile(r"^  \S+\.ya?ml:\d+: .+")


@pytest.mark.foreign
@pytest.mark.skipif(not PROJECTS, reason="AKRAB_FOREIGN_PROJECTS names no folder of projects")
@pytest.mark.parametrize("project", PROJECTS, ids=[path.name for path in PROJECTS])
def test_a_foreign_project_loads_or_is_refused_with_file_and_line(project):
    refused = problems_of(project)
    assert all(PLACE.match(line) for line in refused), refused


def problems_of(project):
    """The lines of the refusal; none if the assistant could be trained and understands a word."""
    try:
        engine = EmbeddedEngine(train.build(train.load_project(project)))
    except TrainingDataError as refusal:
        return str(refusal).splitlines()[1:] or ["refused without a reason"]
    return [] if engine.parse("hello").intent.name else ["hears nothing"]
