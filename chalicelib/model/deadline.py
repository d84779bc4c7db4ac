"""Until when something may be tried."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock after which no call is begun any more. Handed from caller to callee."""

    at_s: float

    @classmethod
    def after(cls, budget_s: float) -> Self:
        return cls(time.monotonic() + budget_s)

    def earlier_by(self, seconds: float) -> Deadline:
        """The deadline of a part of the work, when something must still follow it."""
        return Deadline(self.at_s - seconds)

    @property
    def left_s(self) -> float:
        """Negative once it has passed."""
        return self.at_s - time.monotonic()
