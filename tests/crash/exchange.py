"""What is sent to the app, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """A verification of one tenant, with its Idempotency-Key."""

    tenant: str
    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Mapping[str, Any]

    @property
    def verdict(self) -> str | None:
        """None: nothing was decided."""
        return self.body.get("decision")

    @property
    def is_approved(self) -> bool:
        return self.verdict == "approved"


@dataclass(frozen=True)
class Attempt:
    """What came of a request or a job: no answer when it was killed. `calls` are the operations of AWS asked for."""

    answer: Answer | None
    calls: tuple[str, ...] = ()
