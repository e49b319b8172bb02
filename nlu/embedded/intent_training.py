"""Trains the intent classifier with scikit-learn; the only module that needs it.

One logistic regression per intent over the additive features of `intents`: with ten examples an
intent this did better than linear SVMs, naive Bayes and centroids, and nearly as well as a
multinomial regression that took ten times as long.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nlu.embedded.features import piece_features, word_features
from nlu.embedded.intents import Evidence, IntentModel, tf_idf
from nlu.embedded.normalise import words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WORD_SHARE = 0.7
STRENGTH = 10.0
FOLDS = 3
ENOUGH_TO_CALIBRATE = 150
"""Sentences: with fewer, confidence is the plain probability."""
STRANGERS = 0.3
"""Weight of out-of-scope sentences against the others when confidence is fitted."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A training text already taken to pieces."""

    label: str
    words: list[str]


def sentences(examples: list[tuple[str, str]]) -> list[Sentence]:
    """(label, text) pairs as sentences; the empty ones say nothing."""
    found = [Sentence(label, words(text)) for label, text in examples]
    return [sentence for sentence in found if sentence.words]


def train(examples: list[tuple[str, str]]) -> IntentModel:
    """A calibrated classifier from (label, text) pairs."""
    every = sentences(examples)
    labels = sorted({sentence.label for sentence in every})
    if len(labels) < 2:
        return _single(labels)
    model = _fit(every)
    tried = _try(every, labels)
    model.temperature = _temperature(tried)
    if len(every) >= ENOUGH_TO_CALIBRATE:
        model.calibration = _calibrate(tried, model.temperature)
    return model


def _single(labels: list[str]) -> IntentModel:
    """With one intent (or none) there is nothing to tell apart."""
    empty = np.zeros((0, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    return IntentModel(labels, {}, empty, np.zeros(0, np.float32), bias, WORD_SHARE, 1.0, [])


def _fit(every: list[Sentence], iterations: int = 60) -> IntentModel:
    from sklearn.linear_model import LogisticRegression

    labels = sorted({sentence.label for sentence in every})
    taught = every + [Sentence(label, words(_as_text(label))) for label in labels]
    vocabulary, idf = _vocabulary(taught)
    matrix = _matrix(taught, vocabulary, idf)
    wanted = np.array([sentence.label for sentence in taught])
    weights = np.empty((len(vocabulary), len(labels)), np.float32)
    bias = np.empty(len(labels), np.float32)
    for column, label in enumerate(labels):
        one = LogisticRegression(
            C=STRENGTH, solver="liblinear", dual=True, max_iter=iterations, tol=1e-3, random_state=0
        )
        _quietly(one, matrix, wanted == label)
        weights[:, column] = one.coef_[0]
        bias[column] = one.intercept_[0]
    return IntentModel(labels, vocabulary, weights, idf, bias, WORD_SHARE, 1.0, [])


def _quietly(estimator: Any, matrix: Any, wanted: Any) -> None:
    """Fit; that it would go on improving a little after the last round is no news."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(matrix, wanted)


def _as_text(label: str) -> str:
    """The intent's own name, which often says what it is about."""
    return label.replace("_", " ").replace("/", " ")


def _vocabulary(every: list[Sentence]) -> tuple[dict[str, int], Any]:
    seen: Counter[str] = Counter()
    for sentence in every:
        seen.update({*word_features(sentence.words), *piece_features(sentence.words)})
    total = len(every)
    idf = np.array([math.log((1 + total) / (1 + n)) + 1 for n in seen.values()], np.float32)
    return {feature: row for row, feature in enumerate(seen)}, idf


def _matrix(every: list[Sentence], vocabulary: dict[str, int], idf: Any) -> csr_matrix:
    from scipy.sparse import csr_matrix

    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for sentence in every:
        for features, share in (
            (word_features(sentence.words), WORD_SHARE),
            (piece_features(sentence.words), 1.0),
        ):
            counts = Counter(vocabulary[f] for f in features if f in vocabulary)
            rows = list(counts)
            values = tf_idf(np.array(list(counts.values()), np.float32), idf[rows])
            length = math.sqrt(float(values @ values)) or 1.0
            columns += rows
            data += (values * (share / length)).tolist()
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(every), len(vocabulary)))


@dataclass(frozen=True, slots=True)
class Tried:
    """A held-out sentence as a model that never saw it scores it."""

    scores: Any
    right: int | None
    """Column of the right label; None if its intent was held out as a whole (out of scope)."""
    unknown: float
    length: float


def _try(every: list[Sentence], labels: list[str]) -> list[Tried]:
    """Hold out a part of each intent, and some intents entirely, and see what comes out."""
    seen: Counter[str] = Counter()
    turns = []
    for sentence in every:
        turns.append(seen[sentence.label] % FOLDS)
        seen[sentence.label] += 1
    tried: list[Tried] = []
    for fold in range(FOLDS):
        strangers = {label for index, label in enumerate(labels) if index % (FOLDS + 1) == fold}
        if len(labels) - len(strangers) < 2:
            strangers = set()
        taught = [
            sentence
            for sentence, turn in zip(every, turns, strict=True)
            if turn != fold and sentence.label not in strangers
        ]
        if len({sentence.label for sentence in taught}) < 2:
            continue
        model = _fit(taught, 20)
        held = [s for s, turn in zip(every, turns, strict=True) if turn == fold]
        tried += [_score(model, sentence, strangers) for sentence in held]
    return tried


def _score(model: IntentModel, sentence: Sentence, strangers: set[str]) -> Tried:
    scores, unknown = model.scores(sentence.words)
    known = sentence.label in model.labels and sentence.label not in strangers
    right = model.labels.index(sentence.label) if known else None
    return Tried(scores, right, unknown, math.log1p(len(sentence.words)))


def _temperature(tried: list[Tried]) -> float:
    """The scale that makes held-out probabilities fit best."""
    inside = [each for each in tried if each.right is not None]
    if not inside:
        return 1.0
    candidates = [0.5 * 1.15**step for step in range(24)]
    return min(candidates, key=lambda scale: _surprise(inside, scale))


def _surprise(inside: list[Tried], scale: float) -> float:
    total = 0.0
    for each in inside:
        scaled = each.scores.astype(float) * scale
        scaled -= scaled.max()
        total += math.log(float(np.exp(scaled).sum())) - float(scaled[each.right])
    return total


def _calibrate(tried: list[Tried], temperature: float) -> list[float]:
    """Weights that turn evidence into the chance of being right."""
    from sklearn.linear_model import LogisticRegression

    rows, right, share = [], [], []
    inside = sum(each.right is not None for each in tried)
    outside = max(len(tried) - inside, 1)
    for each in tried:
        evidence = Evidence.of(each.scores, temperature, each.unknown, each.length)
        rows.append(evidence.vector())
        right.append(each.right is not None and int(each.scores.argmax()) == each.right)
        share.append(1.0 if each.right is not None else STRANGERS * inside / outside)
    if len(set(right)) < 2:
        return []
    fitted = LogisticRegression(C=1.0, max_iter=500).fit(rows, right, sample_weight=share)
    return [*map(float, fitted.coef_[0]), float(fitted.intercept_[0])]
