"""Plays projects made up by lot inside Rasa: run by Rasa's own Python (3.10).

    python rasa_made_up.py <connector's folder> <asked.json> <answers.json>

Its importer reads each project, its RulePolicy learns the rules, its processor and our connector
take each line; only the model's archive is left out, which takes most of a training's time.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

sys.path[:0] = [sys.argv[1], str(Path(__file__).parent)]

import connector  # noqa: E402
from rasa.core.lock_store import InMemoryLockStore  # noqa: E402
from rasa.core.nlg import NaturalLanguageGenerator  # noqa: E402
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble  # noqa: E402
from rasa.core.policies.rule_policy import RulePolicy  # noqa: E402
from rasa.core.processor import MessageProcessor  # noqa: E402
from rasa.core.tracker_store import TrackerStore  # noqa: E402
from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.core.generator import TrainingDataGenerator  # noqa: E402
from rasa.shared.exceptions import RasaException  # noqa: E402
from rasa.shared.importers.importer import TrainingDataImporter  # noqa: E402
from rasa.utils.endpoints import EndpointConfig  # noqa: E402
from rasa_telling import declined, noted, summary, turn  # noqa: E402

MOST_ROUNDS = 60
connector.MOST_EVENTS = 10**9


class Endless(BaseException):
    """Rasa tries an action that declines for ever: not an Exception, which Rasa would pass over."""


class Stub(EndpointConfig):
    """An action server without a network, which answers by the line's last digit."""

    def __init__(self, answers):
        super().__init__("http://stub.example")
        self.answers, self.calls, self.digit = answers, [], 0

    async def request(self, *args, **kwargs):
        call = json.loads(json.dumps(kwargs["json"]))
        name = call["next_action"]
        self.calls.append(noted(call))
        given = self.answers[name][self.digit] if name in self.answers else {}
        if given is None:
            raise declined(name)
        return json.loads(json.dumps(given))


class Runner:
    """What Rasa's graph does to predict, with the one policy there is."""

    def __init__(self, policy, domain):
        self.policy, self.domain, self.rounds = policy, domain, 0
        self.ensemble = DefaultPolicyPredictionEnsemble()

    def run(self, inputs, targets):
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise Endless
        (tracker,) = inputs.values()
        predicted = self.policy.predict_action_probabilities(
            tracker, self.domain, rule_only_data=self.policy._get_rule_only_data()
        )
        best = self.ensemble.combine_predictions_from_kwargs(tracker, self.domain, one=predicted)
        return {targets[0]: best}


def learned(folder, options, domain, graph):
    trackers = TrainingDataGenerator(graph, domain, augmentation_factor=0).generate()
    chosen = {**RulePolicy.get_default_config(), **options}
    chosen.pop("name")
    with tempfile.TemporaryDirectory() as storage:
        context = ExecutionContext(GraphSchema({}))
        policy = RulePolicy(chosen, LocalModelStorage(Path(storage)), Resource("p"), context)
        policy.train(trackers, domain)
    return policy


def agent_of(folder, given):
    importer = TrainingDataImporter.load_from_config(
        str(folder / "config.yml"), str(folder / "domain.yml"), [str(folder / "data")]
    )
    domain = importer.get_domain()
    stub = Stub(given["answers"])
    made = MessageProcessor.__new__(MessageProcessor)
    made.nlg = NaturalLanguageGenerator.create(None, domain)
    made.tracker_store = TrackerStore.create(None, domain=domain)
    made.lock_store = InMemoryLockStore()
    made.max_number_of_predictions, made.on_circuit_break = 10, None
    made.model_filename, made.http_interpreter = "made up", None
    made.model_metadata = SimpleNamespace(
        core_target="core", domain=domain, model_id="made up", assistant_id="made up"
    )
    made.graph_runner = Runner(
        learned(folder, given["policy"], domain, importer.get_stories()), domain
    )
    made.domain = domain
    made.action_endpoint = connector.WatchedActions(stub)
    made.action_endpoint.request = stub.request
    return SimpleNamespace(processor=made, lock_store=made.lock_store, model_id="made up"), stub


async def play(agent, stub, walk):
    channel, told = connector.AkrabInput("-"), []
    for number, line in enumerate(walk["lines"]):
        if line.get("away"):
            told.append(None)
            continue
        stub.calls, stub.digit = [], int(line["text"][-1])
        agent.processor.graph_runner.rounds = 0
        seed = line.get("seed")
        call = {**turn(walk, number), "seed": seed, "behind": bool(seed)}
        try:
            answer = await channel._turn(agent, call)
        except Endless:
            break
        except connector.Refused as refusal:
            told.append(str(refusal))
            continue
        told.append({**told_of(answer), "calls": stub.calls})
    return told


def told_of(answer):
    told = summary(answer)
    replies = [[name, text or ""] for name, text in told["replies"]]
    return {**told, "replies": replies, "paused": answer["paused"]}


async def main():
    asked = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    answers = {}
    for folder, given in asked.items():
        try:
            agent, stub = agent_of(Path(folder), given)
        except RasaException as refusal:
            answers[folder] = str(refusal)
            continue
        answers[folder] = [await play(agent, stub, walk) for walk in given["walks"]]
    Path(sys.argv[3]).write_text(json.dumps(answers), "utf-8")


asyncio.run(main())
