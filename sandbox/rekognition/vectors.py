"""The embeddings of a collection, kept as one array so that a search is one multiplication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sandbox.vision.face import Embedding
from sandbox.vision.similarity import similarities

DIMENSIONS = 128


class Vectors:
    """id -> embedding. Not thread-safe."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._array: NDArray[np.float64] = np.empty((16, DIMENSIONS))

    def add(self, key: str, embedding: Embedding) -> None:
        row = len(self._ids)
        if row == len(self._array):
            self._array = np.concatenate([self._array, np.empty_like(self._array)])
        self._array[row] = embedding
        self._rows[key] = row
        self._ids.append(key)

    def get(self, key: str) -> Embedding:
        return np.array(self._array[self._rows[key]])

    def remove(self, key: str) -> None:
        """The last row takes the place of the one that goes."""
        row, last = self._rows.pop(key), self._ids.pop()
        if last != key:
            self._array[row] = self._array[len(self._ids)]
            self._ids[row], self._rows[last] = last, row

    def similar(self, embedding: Embedding, least_percent: float) -> list[tuple[str, float]]:
        """(id, similarity) of all at or above `least_percent`, the most similar first."""
        percents = similarities(embedding, self._array[: len(self._ids)])
        order = np.argsort(-percents, kind="stable")
        return [(self._ids[row], float(percents[row])) for row in order if percents[row] >= least_percent]
