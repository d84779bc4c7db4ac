"""Every call of AWS that was seen, for tests: was it made once, side by side with another, with which outcome?"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 100_000


@dataclass(frozen=True)
class Entry:
    """operation: "service:Operation". started_s: seconds since the epoch. status: HTTP's, 0 for a connection that was
    closed without an answer. error: AWS's code. faults: the kinds of the faults that struck."""

    operation: str
    started_s: float
    duration_ms: float
    status: int
    error: str | None
    faults: tuple[str, ...]


class Journal:
    """Thread-safe; beyond KEPT entries the oldest go first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def note(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)

    def calls(self) -> list[dict[str, Any]]:
        """The entries as JSON objects, in the order in which they ended."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
