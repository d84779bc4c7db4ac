"""A decision log that was exported, opened with DuckDB: a folder of Parquet, a Parquet file or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from cli.errors import CliError
from cli.replay.columns import COLUMNS, PARTITIONS

TABLE = "decisions"
# Beyond the limit DuckDB spills to disk.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "1GB", "preserve_insertion_order": False}


def open_log(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the view `decisions`. Raises CliError when there is no log at `path`."""
    connection = duckdb.connect(config=_CONFIG)
    connection.execute(f"CREATE VIEW {TABLE} AS {_source(path)}")
    return connection


def tenants(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those that the log has decisions of, by name."""
    return [name for (name,) in connection.execute(f"SELECT DISTINCT tenant FROM {TABLE} ORDER BY 1").fetchall()]


def write_json_lines(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def write_parquet(lines: Path, folder: Path) -> None:
    """JSON lines (`lines` may be a pattern) as Parquet, in folders tenant=/flow=/day=: Athena calls them partitions."""
    with duckdb.connect(config=_CONFIG) as connection:
        write_partitions(connection, _json_lines(lines), folder)


def write_partitions(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    """The rows of a table of the connection's, which has all the columns."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"COPY (SELECT {', '.join(column.name for column in COLUMNS)} FROM {table}) TO {_quoted(folder)} "
        f"(FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({', '.join(PARTITIONS)}), OVERWRITE_OR_IGNORE, "
        "FILENAME_PATTERN 'decisions_{uuid}')"
    )


def _source(path: Path) -> str:
    if path.is_dir():
        if next(path.rglob("*.parquet"), None) is None:
            raise CliError(f"{path} has no Parquet files. `countersign decisions export` writes them.")
        types = ", ".join(f"'{name}': VARCHAR" for name in PARTITIONS)
        files = _quoted(path / "**" / "*.parquet")
        return f"SELECT * FROM read_parquet({files}, hive_partitioning = true, hive_types = {{{types}}})"
    if not path.is_file():
        raise CliError(f"There is no decision log at {path}. `countersign decisions export` writes one.")
    lines = path.suffix in (".jsonl", ".ndjson")
    return f"SELECT * FROM {_json_lines(path) if lines else f'read_parquet({_quoted(path)})'}"


def _json_lines(path: Path) -> str:
    types = ", ".join(f"'{column.name}': '{column.type}'" for column in COLUMNS)
    return f"read_json({_quoted(path)}, format = 'newline_delimited', columns = {{{types}}})"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
