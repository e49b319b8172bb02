"""Trains the intent classifier with scikit-learn; the only module that needs it.

One logistic regression per intent over the additive features of `intents`: with ten examples an
intent this did better than linear SVMs, naive Bayes and centroids, and nearly as well as a
multinomial regression that took ten times as long.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterator
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
FOLDS = 2
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
    # the intent's own name often says what it is about: one more example of it
    named = [Sentence(label, words(label.replace("_", " ").replace("/", " "))) for label in labels]
    table = Table.of([*every, *(sentence for sentence in named if sentence.words)])
    weights, bias = _solve(table.matrix, table.wanted, labels)
    model = IntentModel(labels, table.vocabulary, weights, table.idf, bias, WORD_SHARE, 1.0, [])
    tried = [held for fold in range(FOLDS) for held in _try(table, labels, fold)]
    model.temperature = _temperature(tried)
    if len(every) >= ENOUGH_TO_CALIBRATE:
        model.calibration = _calibrate(tried, model.temperature)
    return model


def _single(labels: list[str]) -> IntentModel:
    """With one intent (or none) there is nothing to tell apart."""
    empty = np.zeros((0, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    return IntentModel(labels, {}, empty, np.zeros(0, np.float32), bias, WORD_SHARE, 1.0, [])


@dataclass(frozen=True, slots=True)
class Table:
    """All sentences as one sparse matrix, a row each."""

    every: list[Sentence]
    vocabulary: dict[str, int]
    idf: Any
    matrix: csr_matrix
    wanted: Any

    @classmethod
    def of(cls, every: list[Sentence]) -> Table:
        blocks = [
            (Counter(word_features(s.words)), Counter(piece_features(s.words))) for s in every
        ]
        seen: Counter[str] = Counter()
        for pair in blocks:
            for counts in pair:
                seen.update(counts.keys())
        total = len(every)
        idf = np.array([math.log((1 + total) / (1 + n)) + 1 for n in seen.values()], np.float32)
        vocabulary = {feature: row for row, feature in enumerate(seen)}
        matrix = _matrix(blocks, vocabulary, idf)
        return cls(every, vocabulary, idf, matrix, np.array([s.label for s in every]))


def _matrix(
    blocks: list[tuple[Counter[str], Counter[str]]], vocabulary: dict[str, int], idf: Any
) -> csr_matrix:
    from scipy.sparse import csr_matrix

    data: list[Any] = []
    columns: list[int] = []
    starts = [0]
    for pair in blocks:
        for counts, share in zip(pair, (WORD_SHARE, 1.0), strict=True):
            rows = [vocabulary[feature] for feature in counts]
            values = tf_idf(np.fromiter(counts.values(), np.float32, len(counts)), idf[rows])
            length = math.sqrt(float(values @ values)) or 1.0
            columns += rows
            data.append(values * (share / length))
        starts.append(len(columns))
    return csr_matrix((np.concatenate(data), columns, starts), shape=(len(blocks), len(vocabulary)))


def _solve(matrix: csr_matrix, wanted: Any, labels: list[str]) -> tuple[Any, Any]:
    """One regression a label; one at a time, for the solver's dice are shared by all threads."""
    from threadpoolctl import threadpool_limits

    wide = matrix.astype(np.float64)
    weights = np.empty((matrix.shape[1], len(labels)), np.float32)
    bias = np.empty(len(labels), np.float32)

    # The solver's many short products gain nothing from more threads; on a busy machine the
    # threads' waiting for each other made training thirty times slower.
    with threadpool_limits(1), warnings.catch_warnings():
        # that it would go on improving a little after the last round is no news
        warnings.simplefilter("ignore")
        for column, label in enumerate(labels):
            weights[:, column], bias[column] = _one(wide, wanted == label)
    return weights, bias


def _one(matrix: Any, right: Any) -> tuple[Any, float]:
    from sklearn.linear_model import LogisticRegression

    estimator = LogisticRegression(
        C=STRENGTH, solver="liblinear", dual=True, max_iter=40, tol=1e-2, random_state=0
    )
    estimator.fit(matrix, right)
    return estimator.coef_[0], float(estimator.intercept_[0])


@dataclass(frozen=True, slots=True)
class Tried:
    """A held-out sentence as a model that never saw it scores it."""

    scores: Any
    right: int | None
    """Column of the right label; None if its intent was held out as a whole (out of scope)."""
    unknown: float
    length: float


def _try(table: Table, labels: list[str], fold: int) -> Iterator[Tried]:
    """Hold out a part of each intent, and some intents entirely, and see what comes out."""
    held = np.array([turn == fold for turn in _turns(table.every)])
    strangers = [label for index, label in enumerate(labels) if index % (FOLDS + 1) == fold]
    kept = [label for label in labels if label not in strangers]
    if len(kept) < 2:
        kept, strangers = labels, []
    taught = np.flatnonzero(~held & ~np.isin(table.wanted, strangers))
    kept = [label for label in kept if label in set(table.wanted[taught])]
    if len(kept) < 2:
        return
    weights, bias = _solve(table.matrix[taught], table.wanted[taught], kept)
    vocabulary = {word for index in taught for word in table.every[index].words}
    scores = table.matrix[np.flatnonzero(held)] @ weights + bias
    column = {label: index for index, label in enumerate(kept)}
    for row, index in zip(scores, np.flatnonzero(held), strict=True):
        sentence = table.every[index]
        unknown = sum(word not in vocabulary for word in sentence.words) / len(sentence.words)
        length = math.log1p(len(sentence.words))
        yield Tried(row, column.get(sentence.label), unknown, length)


def _turns(every: list[Sentence]) -> Iterator[int]:
    """In which fold each sentence is held out: an intent's examples take turns."""
    seen: Counter[str] = Counter()
    for sentence in every:
        yield seen[sentence.label] % FOLDS
        seen[sentence.label] += 1


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
