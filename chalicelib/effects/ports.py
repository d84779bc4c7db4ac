"""Where effects write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.aws import Aws
from chalicelib.model.change import Change, Draft, Material


class UserWriter(Protocol):
    def save(self, change: Change, material: Material, draft: Draft) -> Draft:
        """Make the user's change real, with the decision, in one transaction."""

    def touch(self, change: Change, material: Material) -> None:
        """Note an authentication, with the decision, in one transaction."""


@dataclass(frozen=True, slots=True)
class EffectPorts:
    aws: Aws
    images_bucket: str
    users: UserWriter
