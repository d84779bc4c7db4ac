"""The erasure of a user: asked for once, carried out until nothing is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.model.log import Receipt


@dataclass(frozen=True, slots=True)
class Erasure:
    """`user_key` is None and `receipt` there once it is done. `found` is how much there was, by kind."""

    erasure_id: str
    requested_at: datetime
    user_key: str | None
    found: Mapping[str, int] = field(default_factory=dict)
    receipt: Receipt | None = None
