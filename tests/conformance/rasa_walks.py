"""Plays walks inside Rasa: run by Rasa's own Python (3.10), over files given on the command line.

    python rasa_walks.py <connector's folder> <walks.json> <answers.json>

Each project of the walks is trained for rules only, in this process; each line of a walk goes
through our connector's turn, without HTTP. Answers: {project: [[{actions, slots, …}, …], …]}.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [sys.argv[1], str(Path(__file__).parent)]

import connector  # noqa: E402
import stub_actions  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.model_training import train_core  # noqa: E402
from rasa.shared.exceptions import RasaException  # noqa: E402
from rasa.utils.endpoints import EndpointConfig  # noqa: E402
from rasa_telling import declined, noted, summary, turn  # noqa: E402


class Stub(EndpointConfig):
    """An action server without a network."""

    def __init__(self, own_slots):
        super().__init__("http://stub.example")
        self.own_slots = own_slots
        self.calls = []

    async def request(self, *args, **kwargs):
        call = kwargs["json"]
        self.calls.append(noted(call))
        answer = stub_actions.answer(call, self.own_slots)
        if answer is None:
            raise declined(call["next_action"])
        return answer


def agent_of(project, own_slots):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(project)
        domain = root / "domain.yml"
        model = train_core(
            str(domain if domain.exists() else root / "domain"),
            str(root / "config.yml"),
            str(root / "data"),
            output=folder,
        )
        stub = Stub(own_slots)
        agent = Agent.load(model, action_endpoint=stub)
    # the connector would put its watch around it, which here has nothing to watch
    agent.processor.action_endpoint = connector.WatchedActions(agent.processor.action_endpoint)
    agent.processor.action_endpoint.request = stub.request
    return agent, stub


async def play(agent, stub, walk):
    channel, told = connector.AkrabInput("-"), []
    for number in range(len(walk["lines"])):
        stub.calls = []
        answer = await channel._turn(agent, turn(walk, number))
        told.append({**summary(answer), "calls": stub.calls})
    return told


async def main():
    asked = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    answers = {}
    for project, given in asked.items():
        try:
            agent, stub = agent_of(project, given["own_slots"])
        except (RasaException, ValueError, TypeError) as error:
            # what Rasa refuses is part of the answer
            answers[project] = repr(error)
            continue
        answers[project] = [await play(agent, stub, walk) for walk in given["walks"]]
    Path(sys.argv[3]).write_text(json.dumps(answers), "utf-8")


asyncio.run(main())
