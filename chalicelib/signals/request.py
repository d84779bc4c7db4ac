"""What a signal reads from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chalicelib.aws import Aws
from chalicelib.model.facts import User
from chalicelib.model.submission import Submission


class UserReader(Protocol):
    def get(self, user_key: str) -> User | None: ...

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]: ...


@dataclass(frozen=True, slots=True)
class SignalRequest:
    """One verification's way to AWS. `asked` holds the parameters handed to AWS, lowest of all steps."""

    aws: Aws
    users: UserReader
    images_bucket: str
    submission: Submission
    collections: tuple[str, ...]
    asked: Mapping[str, float]
