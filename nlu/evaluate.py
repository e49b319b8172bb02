"""How well intents are understood, measured on any Rasa-YAML NLU data."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlu.embedded import intent_training
from nlu.embedded.intents import IntentModel, Ranked
from nlu.embedded.training_data import load_nlu

OUT_OF_SCOPE = frozenset({"out_of_scope", "oos", "none", "nlu_fallback"})
"""Intents (in lower case) that mean "none of ours"; tested as such, whether trained or not."""
KEPT = 0.95
"""Share of in-scope messages that must be kept when out-of-scope recall is told."""


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """One intent's precision, recall and F1 (0..1) and how many test sentences it has."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Sentences of one intent taken for another."""

    wanted: str
    given: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation; `dataclasses.asdict` makes it JSON. Shares are 0..1, times milliseconds."""

    train_examples: int
    test_examples: int
    intents: int
    accuracy: float
    macro_f1: float
    per_intent: dict[str, IntentFigures]
    confusions: list[Confusion]
    out_of_scope_examples: int
    out_of_scope_recall: float | None
    """Of out-of-scope sentences, the share refused at the threshold that keeps KEPT of the
    others; None without out-of-scope sentences in the test."""
    threshold: float | None
    """That threshold on the confidence."""
    train_seconds: float
    parse_p50_ms: float
    parse_p95_ms: float


@dataclass(slots=True)
class _Tally:
    """What came out for the test sentences."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    inside: list[float] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, wanted: str, given: str, text: str) -> None:
        self.pairs[wanted, given] += 1
        self.examples.setdefault((wanted, given), text)


def evaluate(train_files: Iterable[str | Path], test_files: Iterable[str | Path]) -> Report:
    """Train on some files or folders and test on others; only their `nlu:` keys are read.

    Sub-intents ("chitchat/joke") are judged by their retrieval intent. Raises TrainingDataError.
    """
    taught = [
        (example.intent, example.text)
        for example in load_nlu([Path(p) for p in train_files]).examples
    ]
    tested = [
        (_base(example.intent), example.text)
        for example in load_nlu([Path(p) for p in test_files]).examples
    ]
    began = time.perf_counter()
    model = intent_training.train(taught)
    seconds = time.perf_counter() - began
    tally = _test(model, tested)
    return _report(tally, len(taught), len({_base(name) for name, _ in taught}), seconds)


def _base(intent: str) -> str:
    return intent.partition("/")[0]


def _is_outside(intent: str) -> bool:
    return intent.lower() in OUT_OF_SCOPE


def _test(model: IntentModel, tested: Sequence[tuple[str, str]]) -> _Tally:
    tally = _Tally()
    trained = {_base(label) for label in model.labels}
    for wanted, text in tested:
        began = time.perf_counter()
        ranked = model.rank(text)
        tally.times.append((time.perf_counter() - began) * 1_000)
        given = _base(ranked.order[0][0]) if ranked.order else ""
        if not _is_outside(wanted):
            tally.inside.append(_inside(ranked, given))
            tally.add(wanted, given, text)
            continue
        tally.outside.append(_inside(ranked, given))
        if wanted in trained:
            tally.add(wanted, given, text)
    return tally


def _inside(ranked: Ranked, given: str) -> float:
    """How sure the model is that the text is in scope: not at all if it says it is not."""
    return -ranked.confidence if _is_outside(given) else ranked.confidence


def _report(tally: _Tally, taught: int, intents: int, seconds: float) -> Report:
    wanted_names = sorted({wanted for wanted, _ in tally.pairs})
    figures = {name: _figures(tally.pairs, name) for name in wanted_names}
    total = sum(tally.pairs.values())
    right = sum(count for (wanted, given), count in tally.pairs.items() if wanted == given)
    threshold = _quantile(tally.inside, 1 - KEPT) if tally.inside else None
    recall = None
    if tally.outside and threshold is not None:
        recall = sum(score < threshold for score in tally.outside) / len(tally.outside)
    return Report(
        train_examples=taught,
        test_examples=len(tally.times),
        intents=intents,
        accuracy=_share(right, total),
        macro_f1=_share(sum(each.f1 for each in figures.values()), len(figures)),
        per_intent=figures,
        confusions=_confusions(tally),
        out_of_scope_examples=len(tally.outside),
        out_of_scope_recall=recall,
        threshold=threshold,
        train_seconds=round(seconds, 2),
        parse_p50_ms=_quantile(tally.times, 0.5),
        parse_p95_ms=_quantile(tally.times, 0.95),
    )


def _figures(pairs: Counter[tuple[str, str]], name: str) -> IntentFigures:
    right = pairs[name, name]
    support = sum(count for (wanted, _), count in pairs.items() if wanted == name)
    claimed = sum(count for (_, given), count in pairs.items() if given == name)
    precision, recall = _share(right, claimed), _share(right, support)
    return IntentFigures(
        precision, recall, _share(2 * precision * recall, precision + recall), support
    )


def _confusions(tally: _Tally) -> list[Confusion]:
    """Mistakes, the most frequent first."""
    wrong = [pair for pair in tally.pairs if pair[0] != pair[1]]
    wrong.sort(key=lambda pair: (-tally.pairs[pair], pair))
    return [Confusion(*pair, tally.pairs[pair], tally.examples[pair]) for pair in wrong]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _quantile(values: Sequence[float], share: float) -> float:
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
