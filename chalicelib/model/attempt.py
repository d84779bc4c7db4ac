"""One try of one user at one flow, as the limits count it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.model.policy import Limits


@dataclass(frozen=True, slots=True)
class Attempt:
    """`id` is the verification's. `user_key` need not be a known user's."""

    id: str
    user_key: str
    flow: str
    limits: Limits
    started_at: datetime
