"""The numbers that checks hold against limits: where they are in the log, and how they are spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from chalicelib.engine.plan import checks_of
from chalicelib.model.policy import Flow, Step
from cli.replay.query import Rows

BUCKETS = 60

# By check and parameter: the column that is held against it, and its unit.
SCORES = {
    ("duplicate_face", "FaceMatchThreshold"): ("other_similarity", "percent"),
    ("blocklist", "FaceMatchThreshold"): ("blocked_similarity", "percent"),
    ("collection_match", "FaceMatchThreshold"): ("own_similarity", "percent"),
    ("stored_face_match", "SimilarityThreshold"): ("stored_similarity", "percent"),
    ("id_face_match", "SimilarityThreshold"): ("card_similarity", "percent"),
    ("liveness", "min_confidence"): ("liveness_confidence", "percent"),
    ("name_match", "min_similarity_percent"): ("name_percent", "percent"),
    ("minimum_age", "min_years"): ("age_years", "years"),
    ("document_not_expired", "min_days_left"): ("days_left", "days"),
    ("pose", "max_yaw_deg"): ("abs(yaw_deg)", "degrees"),
    ("pose", "max_pitch_deg"): ("abs(pitch_deg)", "degrees"),
    ("pose", "max_roll_deg"): ("abs(roll_deg)", "degrees"),
    ("brightness", "min_brightness"): ("brightness", "percent"),
    ("brightness", "max_brightness"): ("brightness", "percent"),
    ("sharpness", "min_sharpness"): ("sharpness", "percent"),
    ("face_size", "min_width_px"): ("face_width_px", "pixels"),
    ("face_size", "min_share_percent"): ("face_width_percent", "percent"),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each value was seen, and the limits then (None: the live policy is not known or has no such step) and
    now. `counts` are of equal buckets from `low` to `high`; what lies outside is in the first and the last."""

    step: str
    parameter: str
    unit: str
    low: float
    high: float
    counts: tuple[int, ...]
    then: float | None
    now: float

    @property
    def changed(self) -> bool:
        return self.then is not None and self.then != self.now


def distributions(
    connection: duckdb.DuckDBPyConnection, rows: Rows, now: Flow, then: Flow | None
) -> Iterator[Distribution]:
    """Of every score that the flow holds against a limit, those with another limit than before first."""
    found = [_distribution(connection, rows, step, name, then) for step, name in _scores_of(now)]
    yield from sorted((each for each in found if each), key=lambda each: not each.changed)


def _scores_of(flow: Flow) -> Iterator[tuple[Step, str]]:
    for step in checks_of(flow):
        yield from ((step, parameter) for check, parameter in SCORES if check == step.check)


def _distribution(
    connection: duckdb.DuckDBPyConnection, rows: Rows, step: Step, parameter: str, then: Flow | None
) -> Distribution | None:
    column, unit = SCORES[step.check, parameter]
    limit, before = float(getattr(step.parameters, parameter)), _limit(then, step, parameter)
    limits = [limit] if before is None else [limit, before]
    source = f"FROM {rows.table} WHERE {rows.where()} AND {column} IS NOT NULL"
    row = connection.execute(f"SELECT quantile_cont({column}, [0.02, 1.0]) {source}").fetchone()
    if row is None or row[0] is None:
        return None
    low, high = min(row[0][0], *limits), max(row[0][1], *limits)
    if low == high:
        return None
    place = f"greatest(0, least({BUCKETS - 1}, floor(({column} - {low!r}) * {BUCKETS} / ({high!r} - {low!r}))))"
    counts = [0] * BUCKETS
    for bucket, count in connection.execute(f"SELECT {place}, count(*) {source} GROUP BY 1").fetchall():
        counts[int(bucket)] = count
    return Distribution(step.id, parameter, unit, low, high, tuple(counts), before, limit)


def _limit(flow: Flow | None, step: Step, parameter: str) -> float | None:
    """What the step of the same id held it against."""
    steps = [each for each in checks_of(flow) if each.id == step.id and each.check == step.check] if flow else []
    return float(getattr(steps[0].parameters, parameter)) if steps else None
