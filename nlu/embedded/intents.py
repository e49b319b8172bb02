"""Which intent a text has: weights of its words and pieces added up, no estimator called.

Scores are sums of one row of weights for each feature found, so a text costs a few dictionary
look-ups and one sum. Scores become probabilities by a temperature, and those an honest
confidence by a small logistic function fitted on held-out sentences (`intent_training`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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

    best: float
    """The best label's probability."""
    margin: float
    """Best probability minus the second."""
    score: float
    """The best label's own score: low if no label fits, whatever the others do."""
    unknown: float
    """Share of words never seen in training."""
    length: float
    """log(1 + number of words)"""

    def vector(self) -> tuple[float, ...]:
        return (_logit(self.best), self.margin, self.score, self.unknown, self.length)

    @classmethod
    def of(cls, scores: Floats, temperature: float, unknown: float, length: float) -> "Evidence":
        """The evidence of one text's raw scores."""
        probabilities = soften(scores, temperature)
        best = int(probabilities.argmax())
        top = float(probabilities[best])
        second = float(np.partition(probabilities, -2)[-2]) if len(probabilities) > 1 else 0.0
        return cls(top, top - second, float(scores[best]), unknown, length)


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
    word_share: float
    """How much words weigh against pieces of words."""
    temperature: float
    calibration: list[float]
    """Weights for Evidence.vector() and, last, the constant; empty: not calibrated."""
    _pieces: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)
    """Rows of the pieces of words that training has seen, filled in as they come up."""

    def rank(self, text: str) -> Ranked:
        """All labels, likeliest first. An empty text has no label: confidence 0."""
        found = words(text)
        if not self.labels:
            return Ranked([], 0.0)
        scores, unknown = self.scores(found)
        probabilities = soften(scores, self.temperature)
        order = np.argsort(-probabilities).tolist()
        values = probabilities.tolist()
        ranked = [(self.labels[index], values[index]) for index in order]
        if not found:
            return Ranked(ranked, 0.0)
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        best, score = ranked[0][1], float(scores[order[0]])
        length = math.log1p(len(found))
        evidence = Evidence(best, best - second, score, unknown, length)
        return Ranked(ranked, self.confidence(evidence))

    def confidence(self, evidence: Evidence) -> float:
        """The probability that the best label is right."""
        if not self.calibration:
            return evidence.best
        *weights, constant = self.calibration
        total = sum(w * x for w, x in zip(weights, evidence.vector(), strict=True)) + constant
        return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))

    def scores(self, found: list[str]) -> tuple[Floats, float]:
        """Raw scores of all labels, and the share of words never seen."""
        total: Floats = self.bias.copy()
        self._add(total, self._rows(word_features(found)), self.word_share)
        self._add(total, [row for word in found for row in self._piece_rows(word)], 1)
        unknown = sum(word not in self.vocabulary for word in found)
        return total, unknown / max(len(found), 1)

    def _rows(self, features: Iterable[str]) -> list[int]:
        """Rows of the features that training has seen."""
        vocabulary = self.vocabulary
        return [vocabulary[feature] for feature in features if feature in vocabulary]

    def _piece_rows(self, word: str) -> list[int]:
        rows = self._pieces.get(word)
        if rows is None:
            rows = self._rows(piece_features([word]))
            if word in self.vocabulary:  # so there are never more than training has seen
                self._pieces[word] = rows
        return rows

    def _add(self, total: Floats, found: Sequence[int], share: float) -> None:
        """Add the weights of one kind of features, scaled to length 1 as in training."""
        if not found:
            return
        counts = Counter(found)
        rows = np.fromiter(counts, np.intp, len(counts))
        values = tf_idf(np.fromiter(counts.values(), np.float32, len(counts)), self.idf[rows])
        length = math.sqrt(float(values @ values))
        total += (values * np.float32(share / length)) @ self.weights[rows]

    def header(self) -> dict[str, Any]:
        """The JSON part of the model."""
        return {
            "labels": self.labels,
            "vocabulary": list(self.vocabulary),
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
            header["word_share"],
            header["temperature"],
            header["calibration"],
        )


def soften(scores: Floats, temperature: float) -> Floats:
    """Scores as probabilities."""
    scaled: Floats = scores * np.float32(temperature)
    scaled -= scaled.max()
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(dtype=np.float32)
    return scaled


def tf_idf(counts: Floats, idf: Floats) -> Floats:
    """Repetition counts, but less each time."""
    values: Floats = (1 + np.log(counts)) * idf
    return values
