"""Trains the intent classifier with scikit-learn; the only module that needs it."""

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

WORD_SHARE = 1.0
STRENGTH = 1.0
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A training text already taken to pieces."""

    label: str
    words: list[str]


def sentences(examples: list[tuple[str, str]]) -> list[Sentence]:
    """(label, text) pairs, with each label's own name as one more example of it."""
    found = [Sentence(label, words(text)) for label, text in examples]
    for label in dict.fromkeys(label for label, _ in examples):
        found.append(Sentence(label, words(label.replace("_", " ").replace("/", " "))))
    return [sentence for sentence in found if sentence.words]


def train(examples: list[tuple[str, str]]) -> IntentModel:
    """A calibrated classifier from (label, text) pairs."""
    every = sentences(examples)
    labels = sorted({sentence.label for sentence in every})
    if len(labels) < 2:
        return _single(labels)
    model = _fit(every, labels)
    return model


def _single(labels: list[str]) -> IntentModel:
    """With one intent (or none) there is nothing to tell apart."""
    empty = np.zeros((0, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    return IntentModel(labels, {}, empty, np.zeros(0, np.float32), bias, 1.0, 1.0, 1.0, [])


def _fit(every: list[Sentence], labels: list[str]) -> IntentModel:
    from sklearn.svm import LinearSVC

    vocabulary, idf = _vocabulary(every)
    matrix = _matrix(every, vocabulary, idf)
    index = {label: position for position, label in enumerate(labels)}
    wanted = np.array([index[sentence.label] for sentence in every])
    estimator = LinearSVC(C=STRENGTH, random_state=0)
    estimator.fit(matrix, wanted)
    weights, bias = estimator.coef_, estimator.intercept_
    if len(labels) == 2:
        weights, bias = np.vstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return IntentModel(
        labels,
        vocabulary,
        np.ascontiguousarray(weights.T, np.float32),
        idf,
        bias.astype(np.float32),
        math.log(1 + len(every)) + 1,
        WORD_SHARE,
        1.0,
        [],
    )


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
