"""FMR and FNMR of labelled scores at any threshold, and the threshold that a sample supports.

Terms of ISO/IEC 19795-1: the false match rate is the share of impostor pairs at or above the threshold, the false
non-match rate that of genuine pairs below it.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.calibration.binomial import interval, trials_needed, upper_bound
from cli.errors import CliError

GRID = tuple(tenths / 10 for tenths in range(11, 1001))  # what a policy can say, to a tenth
ROUGH_BELOW = 30  # the "rule of 30" of ISO/IEC 19795-1: with fewer errors a rate is not known to within 30 %


@dataclass(frozen=True, slots=True)
class Rate:
    """`low` and `high` are the two-sided interval, `at_most` is the one-sided bound. All are shares (0-1)."""

    errors: int
    trials: int
    low: float
    high: float
    at_most: float

    @property
    def share(self) -> float:
        return self.errors / self.trials

    @property
    def rough(self) -> bool:
        return self.errors < ROUGH_BELOW


@dataclass(frozen=True, slots=True)
class Sample:
    """Scores (0-100), sorted: of pairs that show one person, and of pairs that show two. Neither is empty."""

    genuine: Sequence[float]
    impostor: Sequence[float]

    def fmr(self, threshold: float, confidence: float) -> Rate:
        errors = len(self.impostor) - bisect_left(self.impostor, threshold)
        return _rate(errors, len(self.impostor), confidence)

    def fnmr(self, threshold: float, confidence: float) -> Rate:
        return _rate(bisect_left(self.genuine, threshold), len(self.genuine), confidence)

    def threshold_for(self, target_fmr: float, confidence: float) -> float:
        """The lowest threshold at which the FMR is at most the target (0-1), at that confidence.

        Raises CliError when the sample cannot support any: it is too small, or its impostors score too high.
        """
        needed = trials_needed(target_fmr, confidence)
        asked = f"an FMR of at most {100 * target_fmr:g} % at {100 * confidence:g} % confidence"
        if len(self.impostor) < needed:
            raise CliError(
                f"{len(self.impostor):,} impostor pairs cannot support {asked}: it takes {needed:,} even when none of "
                "them matches. Collect more, or ask for less with --target-fmr."
            )
        low, high = 0, len(GRID)  # the FMR only falls, so the first that is good enough is found by halving
        while low < high:
            middle = (low + high) // 2
            if self.fmr(GRID[middle], confidence).at_most <= target_fmr:
                high = middle
            else:
                low = middle + 1
        if low == len(GRID):
            raise CliError(f"No threshold up to 100 gives {asked}: too many impostor pairs score that high.")
        return GRID[low]


def _rate(errors: int, trials: int, confidence: float) -> Rate:
    return Rate(errors, trials, *interval(errors, trials, confidence), upper_bound(errors, trials, confidence))


def read_sample(path: Path) -> Sample:
    """A CSV file with the columns `score` (0-100) and `label` (genuine or impostor); others are passed over.

    Lines that begin with # are comments. Raises CliError with the line that is wrong.
    """
    scores: dict[str, list[float]] = {"genuine": [], "impostor": []}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        if not {"score", "label"} <= set(rows.fieldnames or ()):
            raise CliError(f"{path} needs a first line with the columns score and label.")
        for number, row in enumerate(rows, 1):
            label = (row["label"] or "").strip().lower()
            if label not in scores:
                raise CliError(f"{path}, pair {number}: {row['label']!r} is neither genuine nor impostor.")
            scores[label].append(_score(row["score"], f"{path}, pair {number}"))
    for label, found in scores.items():
        if not found:
            raise CliError(f"{path} has no {label} pairs: both kinds are needed.")
    if max(scores["genuine"] + scores["impostor"]) <= 1:
        raise CliError(f"All scores of {path} are at or below 1; they must be on the 0-100 scale.")
    return Sample(sorted(scores["genuine"]), sorted(scores["impostor"]))


def _score(text: str | None, where: str) -> float:
    try:
        score = float(text or "")
    except ValueError:
        score = math.nan
    if not 0 <= score <= 100:
        raise CliError(f"{where}: {text!r} is no similarity from 0 to 100.")
    return score
