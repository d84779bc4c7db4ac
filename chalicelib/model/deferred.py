"""Steps that are judged after the answer, on what was stored: what a user's record keeps of them until then."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# With `while_deferred: allow` a user is believed so long. Steps that nobody could judge by then have failed to pass.
BELIEVED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deferred:
    """The open steps of an approved registration. `properties` are those that the request claimed.

    `image_keys` are the stored pictures by kind: selfie, id_card, id_card_back.
    """

    verification_id: str
    flow: str
    steps: tuple[str, ...]
    since: datetime
    image_keys: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def decision_id(self) -> str:
        return deferred_decision_id(self.verification_id)


def deferred_decision_id(verification_id: str) -> str:
    """The id of the second decision: known beforehand, and the same however often the steps are judged."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"deferred steps of {verification_id}").hex
