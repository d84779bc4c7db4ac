"""A made-up decision log of any size: signals as AWS might give them, decided by a real policy.

For trying the workbench and for measuring it. The spreads of the scores are made up, not AWS's.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from chalicelib.engine.plan import Plan, plan_flow
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy
from cli.replay.columns import COLUMNS, DECISION, PARTITIONS
from cli.replay.log import write_partitions
from cli.replay.query import Rows, decided

LAST_DAY = "2026-11-23"
SHARES = {"register": 0.25, "register_with_id_card": 0.25, "authenticate": 0.4, "update": 0.1}

# u(i, k): the k-th even random number of row i, always the same; n(i, k): a normal one.
_MACROS = """
CREATE MACRO u(i, k) AS (hash(i * 1000 + k) % 1000000007) / 1000000007.0;
CREATE MACRO n(i, k) AS sqrt(-2 * ln(greatest(u(i, k), 1e-9))) * cos(2 * pi() * u(i, k + 500));
CREATE MACRO percent(x) AS greatest(0.0, least(100.0, x))::DOUBLE;
"""
_FACE = {
    "selfie_faces": "'read'",
    "face_count": "CASE WHEN u(i, 1) < 0.01 THEN 0 WHEN u(i, 1) < 0.03 THEN 2 ELSE 1 END",
    "face_confidences": "list_resize([percent(99.9 - u(i, 2)), percent(99 - 20 * u(i, 3))], face_count)",
    "face_width_percent": "percent(35 + 9 * n(i, 4))",
    "face_width_px": "face_width_percent * 9.6",
    "yaw_deg": "11 * n(i, 5)",
    "pitch_deg": "12 * n(i, 6)",
    "roll_deg": "8 * n(i, 7)",
    "brightness": "percent(75 + 14 * n(i, 8))",
    "sharpness": "percent(70 + 22 * n(i, 9))",
    "sunglasses": "u(i, 10) < 0.02",
    "sunglasses_confidence": "percent(99.9 - 4 * n(i, 11) ^ 2)",
    "eyes_open": "u(i, 12) > 0.015",
    "eyes_open_confidence": "percent(99 - 4 * n(i, 13) ^ 2)",
    "face_occluded": "u(i, 14) < 0.02",
    "face_occluded_confidence": "percent(99.5 - 4 * n(i, 15) ^ 2)",
}
_SEARCH = {
    "collection_matches": "'read'",
    "search_face_found": "TRUE",
    "searched_from": "{searched_from}",
    "blocked_faces": "'read'",
    "blocked_search_face_found": "TRUE",
    "blocked_searched_from": "{searched_from}",
    "blocked_similarity": "CASE WHEN u(i, 22) < 0.002 THEN 97 + 3 * u(i, 23) END",
    "other_similarity": "CASE WHEN u(i, 20) < 0.04 THEN {searched_from} + (100 - {searched_from}) * u(i, 21) END",
}
_OWN = {"own_similarity": "CASE WHEN stored_similarity >= {searched_from} THEN stored_similarity ELSE 0 END"}
_CARD = {
    "id_face": "'read'",
    "card_similarity": "CASE WHEN u(i, 30) < 0.03 THEN 60 * u(i, 31) ELSE percent(98.5 - 1.6 * n(i, 31) ^ 2) END",
    "document_facts": "'read'",
    "document_fields": "14",
    "document_type": "CASE WHEN u(i, 32) < 0.7 THEN 'passport' WHEN u(i, 32) < 0.98 THEN 'driver license front' "
    "ELSE 'unknown' END",
    "age_years": "CAST(17 + 60 * u(i, 33) ^ 1.6 AS BIGINT)",
    "days_left": "CAST(3650 * u(i, 34) - 60 AS BIGINT)",
    "name_percent": "CASE WHEN u(i, 35) < 0.05 THEN 80 * u(i, 36) ELSE percent(100 - 4 * n(i, 36) ^ 2) END",
    "name_without_middle_percent": "name_percent",
    **{
        f"field_{name}": f"CASE WHEN u(i, {40 + place}) > 0.003 THEN percent(99 - 3 * n(i, {60 + place}) ^ 2) END"
        for place, name in enumerate(
            ("first_name", "last_name", "document_number", "expiration_date", "date_of_birth", "id_type", "mrz_code")
        )
    },
    "zone": "CASE WHEN field_mrz_code IS NULL THEN NULL WHEN u(i, 80) < 0.01 THEN 'unreadable' ELSE 'readable' END",
    "zone_wrong_check_digit": "CASE WHEN u(i, 81) < 0.004 AND zone = 'readable' THEN 'document_number' END",
    **{
        f"zone_{name}": f"CASE WHEN u(i, {90 + place}) < 0.002 THEN 'differs' ELSE 'agrees' END"
        for place, name in enumerate(("document_number", "date_of_birth", "expiration_date", "last_name", "first_name"))
    },
}
_STORED = {
    "stored_face_matches": "'read'",
    "stored_face_found": "TRUE",
    "stored_similarity": "CASE WHEN u(i, 50) < 0.05 THEN 40 * u(i, 51) ELSE percent(99.9 - 0.5 * n(i, 51) ^ 2) END",
}
_SIGNALS = {"register": _FACE | _SEARCH | {"own_similarity": "0"}}
_SIGNALS |= {"register_with_id_card": _SIGNALS["register"] | _CARD}
_SIGNALS |= dict.fromkeys(("authenticate", "update"), _FACE | _STORED | _SEARCH | _OWN)


def write_log(
    policy: Policy, plugins: Plugins, rows: int, folder: Path, days: int = 90, shadow: Policy | None = None
) -> None:
    """So many decisions of the four flows over the last days, in partitioned Parquet, with the shadow's beside them."""
    connection = duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": False})
    connection.execute(_MACROS)
    types = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
    connection.execute(f"CREATE TABLE facts ({types})")
    first = 0
    for name, share in SHARES.items():
        ids = range(first, first + round(rows * share))
        live = plan_flow(policy.flows[name], plugins)
        _see(connection, policy, live, ids, days)
        _decide(connection, "live", live, policy)
        _decide(connection, "shadow", plan_flow(shadow.flows[name], plugins) if shadow else live, policy)
        _keep(connection, policy, shadow)
        first = ids.stop
    write_partitions(connection, "facts", folder)
    connection.close()


def _see(connection: duckdb.DuckDBPyConnection, policy: Policy, plan: Plan, ids: range, days: int) -> None:
    """What AWS says about each applicant, as the policy asks."""
    flow, searched_from = plan.flow.name, plan.asked.get("FaceMatchThreshold", 100.0)
    signals = {name: sql.format(searched_from=searched_from) for name, sql in _SIGNALS[flow].items()}
    made = ", ".join(f"{sql} AS {name}" for name, sql in signals.items())
    left_out = ", ".join(
        f"NULL::{column.type} AS {column.name}"
        for column in COLUMNS
        if column not in DECISION and column.name not in (*signals, *PARTITIONS)
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE signals AS SELECT *, {made}, {left_out} FROM (SELECT range AS i, "
        "printf('%s-%08d', 'v', range) AS verification_id, "
        f"TIMESTAMP '{LAST_DAY} 23:59:59' - to_seconds(CAST({days * 86_400} * u(range, 0) AS BIGINT)) AS decided_at, "
        "'approved' AS decision, NULL::VARCHAR AS reason, NULL AS follows, 300 + 400 * u(range, 99) AS duration_ms, "
        f"'{policy.tenant}' AS tenant, '{flow}' AS flow, strftime(decided_at, '%Y-%m-%d') AS day "
        f"FROM range({ids.start}, {ids.stop}))"
    )


def _decide(connection: duckdb.DuckDBPyConnection, table: str, plan: Plan, policy: Policy) -> None:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS {decided(plan, Rows('signals', policy.tenant, plan.flow.name))} "
        "SELECT verification_id, now, now_reason FROM decided"
    )


def _keep(connection: duckdb.DuckDBPyConnection, policy: Policy, shadow: Policy | None) -> None:
    """The rows with what both made of them."""
    columns = {column.name: f"s.{column.name}" for column in COLUMNS}
    columns |= {
        "follows": "NULL",
        "decision": "live.now",
        "reason": "live.now_reason",
        "policy_digest": f"'{policy.digest}'",
    }
    columns |= dict.fromkeys(("shadow_policy", "shadow_digest", "shadow_decision", "shadow_reason"), "NULL")
    if shadow:
        columns |= {"shadow_policy": f"'{shadow.tenant}'", "shadow_digest": f"'{shadow.digest}'"}
        columns |= {"shadow_decision": "shadow.now", "shadow_reason": "shadow.now_reason"}
    connection.execute(
        f"INSERT INTO facts ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        "FROM signals s JOIN live USING (verification_id) JOIN shadow USING (verification_id)"
    )
