"""How often each operation gave which answer, and which answers that the API describes were never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Tally:
    """`answers` counts (operation, status): an operation is a method and a path as the API describes it."""

    answers: Mapping[tuple[str, int], int]

    @classmethod
    def read(cls, files: Iterable[Path]) -> Tally:
        """From files with one line for each answer: `POST /v1/uploads 201`. A line half written is left out."""
        lines = (line for file in files for line in file.read_text().splitlines(keepends=True) if line.endswith("\n"))
        parts = (line.rpartition(" ") for line in lines)
        return cls(Counter((operation, int(status)) for operation, _, status in parts))

    @property
    def total(self) -> int:
        return sum(self.answers.values())

    def table(self, paths: Mapping[str, Mapping[str, Any]]) -> str:
        """Operation by status: a number, `-` for described and never seen, blank for not described.

        `paths` are those of an OpenAPI document.
        """
        described = {
            f"{method.upper()} {path}": {int(status) for status in operation["responses"]}
            for path, methods in paths.items()
            for method, operation in methods.items()
        }
        statuses = sorted({status for seen in described.values() for status in seen} | {key[1] for key in self.answers})
        width = max(map(len, described))
        rows = [f"{'':{width}}" + "".join(f"{status:>8}" for status in statuses)]
        for operation in sorted(described.keys() | {key[0] for key in self.answers}):
            cells = (
                self.answers.get((operation, status)) or ("-" if status in described.get(operation, ()) else "")
                for status in statuses
            )
            rows.append(f"{operation:{width}}" + "".join(f"{cell:>8}" for cell in cells))
        return "\n".join(rows)
