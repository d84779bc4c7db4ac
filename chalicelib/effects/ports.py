"""Where effects write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.aws import Aws
from chalicelib.model.change import Change, Draft, Leftover, Material
from chalicelib.model.user import User


class UserReader(Protocol):
    def get(self, user_key: str) -> User | None: ...


class CommitWriter(Protocol):
    def save(self, change: Change, material: Material, draft: Draft) -> bool:
        """Make the user's change real, with the decision, in one transaction; whether the record let go of anything."""

    def touch(self, change: Change, material: Material) -> None:
        """Note an authentication, with the decision, in one transaction."""


class ChangeWriter(Protocol):
    def under_way(self, user_key: str) -> Change | None: ...

    def stop(self, change: Change) -> bool:
        """Make sure that the change never becomes real. False when it is real already."""

    def leftovers(self, user_key: str) -> tuple[Leftover, ...]:
        """What the user's record has let go of and is still to be deleted."""

    def discarded(self, user_key: str, leftovers: tuple[Leftover, ...]) -> None:
        """They are gone."""


@dataclass(frozen=True, slots=True)
class EffectPorts:
    """`collections` are all the tenant's shards."""

    aws: Aws
    images_bucket: str
    users: UserReader
    changes: ChangeWriter
    commits: CommitWriter
    collections: tuple[str, ...]
