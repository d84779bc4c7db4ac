"""What a signal reads from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.aws import Aws
from chalicelib.model.submission import Submission
from chalicelib.model.user import User


class UserReader(Protocol):
    def get(self, user_key: str) -> User | None: ...

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]: ...


class BlockReader(Protocol):
    def faces_in_force(self, block_ids: Iterable[str], now: datetime) -> dict[str, str]:
        """The face id of each of these blocks that has one and has not ended."""


@dataclass(frozen=True, slots=True)
class SignalRequest:
    """One verification's way to AWS. `asked` holds the parameters handed to AWS, lowest of all steps."""

    aws: Aws
    users: UserReader
    blocks: BlockReader
    images_bucket: str
    submission: Submission
    collections: tuple[str, ...]
    asked: Mapping[str, float]
