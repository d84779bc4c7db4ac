"""Face Liveness sessions: whose they are, and that each decides one verification only."""

from __future__ import annotations

from datetime import datetime

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.submission import LivenessClaim
from chalicelib.store.items import get_item, to_item

SESSION_S = 180  # https://docs.aws.amazon.com/rekognition/latest/APIReference/API_CreateFaceLivenessSession.html
_KEEP_S = 86_400


class LivenessSessions:
    """One tenant's sessions."""

    def __init__(self, aws: Aws, table: str, tenant: str) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant

    def create(self, session_id: str, user_key: str, now: datetime) -> None:
        created = int(now.timestamp())
        item = {
            "pk": self._pk(session_id),
            "sk": "SESSION",
            "user_key": user_key,
            "created_at": created,
            "expires_at": created + _KEEP_S,
        }
        self._aws("dynamodb", "put_item", {"TableName": self._table, "Item": to_item(item)})

    def claim(self, session_id: str, user_key: str, verification_id: str, now: datetime) -> LivenessClaim:
        """Take the session for this verification: one wins, once. Else the claim says why it was refused."""
        values = {":user": user_key, ":verification": verification_id, ":since": int(now.timestamp()) - SESSION_S}
        condition = (
            "attribute_exists(pk) AND user_key = :user AND created_at >= :since AND attribute_not_exists(used_by)"
        )
        try:
            self._aws(
                "dynamodb",
                "update_item",
                {
                    "TableName": self._table,
                    "Key": to_item({"pk": self._pk(session_id), "sk": "SESSION"}),
                    "UpdateExpression": "SET used_by = :verification",
                    "ConditionExpression": condition,
                    "ExpressionAttributeValues": to_item(values),
                },
            )
        except AwsConditionFailedError:
            return LivenessClaim(session_id, self._refusal(session_id, user_key))
        return LivenessClaim(session_id)

    def _refusal(self, session_id: str, user_key: str) -> LivenessStatus:
        item = get_item(self._aws, self._table, self._pk(session_id), "SESSION")
        if item is None or item["user_key"] != user_key:
            return LivenessStatus.UNKNOWN
        return LivenessStatus.USED if "used_by" in item else LivenessStatus.EXPIRED

    def _pk(self, session_id: str) -> str:
        return f"T#{self._tenant}#L#{session_id}"
