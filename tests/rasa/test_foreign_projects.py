"""Other people's Rasa projects: each loads, or is refused with file and line; what loads agrees.

Their files are not ours to ship. Put some into a folder, each with its config.yml, and name it in
AKRAB_FOREIGN_PROJECTS. Learned stories are left out: the embedded engine refuses them by name.
"""

import os
import re
from pathlib import Path

import pytest
from ruamel.yaml.error import YAMLError

from bot.rasa import environment
from bot.rasa.environment import RasaMissingError
from nlu import train
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.problems import TrainingDataError
from tests.conformance import walks

FOLDER = os.environ.get("AKRAB_FOREIGN_PROJECTS")
FOUND = sorted(path.parent for path in Path(FOLDER).rglob("config.yml")) if FOLDER else []
PROJECTS = [one for one in FOUND if any((one / part).exists() for part in ("domain.yml", "data"))]
NAMES = ["/".join(path.parts[-2:]) for path in PROJECTS]
PLACE = re.compile(r"^  \S+\.ya?ml:\d+: .+")
pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(not PROJECTS, reason="AKRAB_FOREIGN_PROJECTS names no folder of projects"),
]


@pytest.mark.parametrize("project", PROJECTS, ids=NAMES)
def test_a_foreign_project_loads_or_is_refused_with_file_and_line(project):
    refused = problems_of(project)
    assert all(PLACE.match(line) for line in refused), refused


@pytest.mark.timeout(1800)
def test_what_loads_does_the_same_inside_rasa(tmp_path):
    try:
        environment.program()
    except RasaMissingError as error:
        pytest.skip(str(error))
    grounds = list(loaded(tmp_path))
    answers = walks.inside_rasa(grounds, tmp_path)
    found = {}
    for one in grounds:
        theirs = answers[str(one.folder)]
        found[one.name] = theirs if isinstance(theirs, str) else walks.differences(one, theirs)
    for name, told in found.items():
        print(name, told or "does the same")
    assert not any(found.values()), found


def loaded(folder):
    """Those that load without their learned stories, and have something to say."""
    for number, project in enumerate(PROJECTS):
        try:
            one = walks.ground(project, folder / str(number) / project.name)
        except (TrainingDataError, OSError, ValueError, YAMLError) as refusal:
            print(project, str(refusal)[:300])
            continue
        if one.walks:
            yield one


def problems_of(project):
    """The lines of the refusal; none if the assistant could be trained and understands a word."""
    try:
        engine = EmbeddedEngine(train.build(train.load_project(project)))
    except TrainingDataError as refusal:
        return str(refusal).splitlines()[1:] or ["refused without a reason"]
    return [] if engine.parse("hello").intent.name else ["hears nothing"]
