"""The same queries for Athena, over the Parquet that `countersign decisions export` writes."""

from __future__ import annotations

from chalicelib.engine.plan import Plan
from cli.replay.columns import COLUMNS, PARTITIONS
from cli.replay.query import Rows, decided, flips, flips_by_day

# https://docs.aws.amazon.com/athena/latest/ug/data-types.html
_HIVE = {"VARCHAR": "string", "DOUBLE[]": "array<double>"}


def athena_sql(plan: Plan, rows: Rows) -> str:
    """What flips in a flow, and when."""
    parts = decided(plan, rows)
    return f"-- {rows.flow}: what flips\n{flips(parts)};\n\n-- {rows.flow}: by day\n{flips_by_day(parts)};\n"


def table_ddl(table: str, location: str) -> str:
    """The external table over an export at `location` (s3://bucket/prefix/).

    Its partitions are read off the folders: https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
    """

    def columns(names: set[str]) -> str:
        chosen = (column for column in COLUMNS if column.name in names)
        return ",\n".join(f"  `{column.name}` {_HIVE.get(column.type, column.type.lower())}" for column in chosen)

    every = {column.name for column in COLUMNS}
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS {table} (\n{columns(every - set(PARTITIONS))}\n)\n"
        f"PARTITIONED BY (\n{columns(set(PARTITIONS))}\n)\nSTORED AS PARQUET\nLOCATION '{location}';\n\n"
        f"MSCK REPAIR TABLE {table};\n"
    )
