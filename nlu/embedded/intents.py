"""Which intent a text has: weights of its words and pieces added up, no estimator called.

Scores are sums of one row of weights for each feature found, so a text costs a few dictionary
look-ups and one sum. Scores become probabilities by a temperature, and those an honest
confidence by a small logistic function fitted on held-out sentences (`intent_training`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.embedded.features import piece_features, word_features
from nlu.embedded.normalise import words

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Intents by falling probability, and how sure the first one is."""

    order: list[tuple[str, float]]
    confidence: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What confidence is judged by."""

    margin: float
    """Best probability minus the second."""
    best: float
    unknown: float
    """Share of words never seen in training."""
    length: float
    """log(1 + number of words)"""

    def vector(self) -> tuple[float, float, float, float]:
        return (_logit(self.best), self.margin, self.unknown, self.length)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


@dataclass(slots=True)
class IntentModel:
    """A trained classifier: plain arrays and a vocabulary."""

    labels: list[str]
    vocabulary: dict[str, int]
    weights: Floats
    """One row a feature, one column a label."""
    idf: Floats
    bias: Floats
    unknown_idf: float
    word_share: float
    """How much words weigh against pieces of words."""
    temperature: float
    calibration: list[float]
    """Weights for Evidence.vector() and, last, the constant; empty: not calibrated."""

    def rank(self, text: str) -> Ranked:
        """All labels, likeliest first. An empty text has no label: confidence 0."""
        found = words(text)
        probabilities, unknown = self.probabilities(found)
        order = np.argsort(-probabilities)
        ranked = [(self.labels[index], float(probabilities[index])) for index in order]
        if not found or not ranked:
            return Ranked(ranked, 0.0)
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        best = ranked[0][1]
        evidence = Evidence(best - second, best, unknown, math.log1p(len(found)))
        return Ranked(ranked, self.confidence(evidence))

    def confidence(self, evidence: Evidence) -> float:
        """The probability that the best label is right."""
        if not self.calibration:
            return evidence.best
        *weights, constant = self.calibration
        total = sum(w * x for w, x in zip(weights, evidence.vector(), strict=True)) + constant
        return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))

    def probabilities(self, found: list[str]) -> tuple[Floats, float]:
        """Probabilities of all labels, and the share of unknown words."""
        scores = self.bias.copy()
        scores += self._block(word_features(found), self.word_share)
        scores += self._block(piece_features(found), 1.0)
        scores *= self.temperature
        scores -= scores.max(initial=-np.inf)
        np.exp(scores, out=scores)
        scores /= scores.sum()
        unknown = sum(word not in self.vocabulary for word in found)
        return scores, unknown / max(len(found), 1)

    def _block(self, features: Iterable[str], share: float) -> Floats | float:
        """The sum of the weights of one kind of features, scaled to length 1 as in training."""
        counts: dict[int, int] = {}
        get = self.vocabulary.get
        for feature in features:
            row = get(feature)
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        if not counts:
            return 0.0
        rows = np.fromiter(counts, np.intp, len(counts))
        values = tf_idf(np.fromiter(counts.values(), np.float32, len(counts)), self.idf[rows])
        length = math.sqrt(float(values @ values))
        total: Floats = (values * (share / length)) @ self.weights[rows]
        return total

    def header(self) -> dict[str, Any]:
        """The JSON part of the model."""
        return {
            "labels": self.labels,
            "vocabulary": list(self.vocabulary),
            "unknown_idf": self.unknown_idf,
            "word_share": self.word_share,
            "temperature": self.temperature,
            "calibration": self.calibration,
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"weights": self.weights.astype(np.float16), "idf": self.idf, "bias": self.bias}

    @classmethod
    def restore(cls, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> "IntentModel":
        return cls(
            header["labels"],
            {feature: row for row, feature in enumerate(header["vocabulary"])},
            arrays["weights"].astype(np.float32),
            arrays["idf"],
            arrays["bias"],
            header["unknown_idf"],
            header["word_share"],
            header["temperature"],
            header["calibration"],
        )


def tf_idf(counts: Floats, idf: Floats) -> Floats:
    """Repetition counts, but less each time."""
    values: Floats = (1 + np.log(counts)) * idf
    return values
