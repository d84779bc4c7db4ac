"""Where effects write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.aws import Aws
from chalicelib.model.change import Change, Draft, Material
from chalicelib.model.facts import User


class UserWriter(Protocol):
    def save(self, change: Change, material: Material, draft: Draft) -> Draft:
        """Make the user's change real, with the decision, in one transaction."""

    def touch(self, change: Change, material: Material) -> None:
        """Note an authentication, with the decision, in one transaction."""

    def get(self, user_key: str) -> User | None: ...

    def change_under_way(self, user_key: str) -> Change | None: ...

    def outrank(self, rival: Change) -> bool:
        """Keep a change that is under way from being saved; False when it is no longer under way."""


@dataclass(frozen=True, slots=True)
class EffectPorts:
    """`collections` are all the tenant's shards."""

    aws: Aws
    images_bucket: str
    users: UserWriter
    collections: tuple[str, ...]
