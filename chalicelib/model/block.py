"""A face that a tenant does not want to deal with again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.model.change import blocked_external_image_id

ABANDONED_AFTER = timedelta(minutes=5)  # no function runs that long


class BlockSource(StrEnum):
    """Where the face was taken from."""

    PICTURE = "picture"
    USER = "user"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Block:
    """It counts from when it has a face until it ends. `collection` is the shard in which the face is.

    `reason` is the tenant's own text.
    """

    block_id: str
    reason: str
    source: BlockSource
    collection: str
    created_at: datetime
    ends_at: datetime
    face_id: str | None = None

    @property
    def external_image_id(self) -> str:
        return blocked_external_image_id(self.block_id)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing is lost with it: it has ended, or what made it crashed before it had a face."""
        return now >= (self.ends_at if self.face_id else self.created_at + ABANDONED_AFTER)

    def in_force(self, now: datetime) -> bool:
        return self.face_id is not None and now < self.ends_at
