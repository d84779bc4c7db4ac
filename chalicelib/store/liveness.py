"""Face Liveness sessions: each belongs to one user of one tenant and decides one verification, within minutes.

Rekognition keeps a session's result for a while and tells it to anyone who knows the id, so the binding is ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.submission import LivenessClaim
from chalicelib.store.items import Table, epoch_s, key, stamp

GOOD_FOR = timedelta(minutes=3)  # https://docs.aws.amazon.com/rekognition/latest/dg/face-liveness-programming-api.html
_KEEP = timedelta(days=1)


class LivenessSessions:
    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._table = Table(aws, table)
        self._tenant = tenant

    def create(self, session_id: str, user_key: str, now: datetime) -> None:
        item = {
            **self._key(user_key, session_id),
            "created_at": stamp(now),
            "expires_at": epoch_s(now + _KEEP),
        }
        self._table.put_new(item)

    def claim(self, session_id: str, user_key: str, verification_id: str, now: datetime) -> LivenessClaim:
        """Take the session for this verification, once and for ever; `refusal` says why that cannot be."""
        try:
            self._table.update(
                self._key(user_key, session_id),
                "SET #used_by = :verification",
                "#used_by = :verification OR (attribute_not_exists(#used_by) AND #created_at > :oldest)",
                oldest=stamp(now - GOOD_FOR),
                verification=verification_id,
            )
        except AwsConditionFailedError:
            return LivenessClaim(session_id, self._refusal(session_id, user_key))
        return LivenessClaim(session_id)

    def _refusal(self, session_id: str, user_key: str) -> LivenessStatus:
        item = self._table.get(self._key(user_key, session_id))
        if item is None:
            return LivenessStatus.UNKNOWN
        return LivenessStatus.USED if "used_by" in item else LivenessStatus.EXPIRED

    def _key(self, user_key: str, session_id: str) -> dict[str, str]:
        return key(self._tenant, "U", user_key, f"LIVENESS#{session_id}")
