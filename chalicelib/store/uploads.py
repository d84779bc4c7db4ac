"""Pictures that do not fit in a request: a presigned POST, bound to tenant, type and size, taken once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, AwsMisconfiguredError, AwsRefusedError, BadRequestError
from chalicelib.model.images import MAX_IMAGE_BYTES
from chalicelib.store.items import get_item, to_item

LIFETIME_S = 900

Presign = Callable[[Mapping[str, Any]], dict[str, Any]]


class Uploads:
    """One tenant's uploads."""

    def __init__(self, aws: Aws, table: str, tenant: str, bucket: str, presign: Presign) -> None:
        self._aws = aws
        self._table = table
        self._tenant = tenant
        self._bucket = bucket
        self._presign = presign

    def create(self, content_type: str, size_bytes: int, now: datetime) -> dict[str, Any]:
        """`upload_id`, and the `url` and `fields` of the form to POST the file with."""
        upload_id = uuid.uuid4().hex
        item = {**self._key(upload_id), "expires_at": int(now.timestamp()) + LIFETIME_S}
        self._aws("dynamodb", "put_item", {"TableName": self._table, "Item": to_item(item)})
        form = self._presign(
            {
                "Bucket": self._bucket,
                "Key": self._object_key(upload_id),
                "Fields": {"Content-Type": content_type},
                "Conditions": [
                    {"Content-Type": content_type},
                    ["content-length-range", size_bytes, size_bytes],
                ],
                "ExpiresIn": LIFETIME_S,
            }
        )
        return {"upload_id": upload_id, "url": form["url"], "fields": form["fields"], "expires_in_s": LIFETIME_S}

    def take(self, upload_id: str) -> bytes:
        """The file, once. Raises BadRequestError when it is unknown, taken, or not there yet (then it can be retried)."""
        unknown = BadRequestError("upload-unknown", "There is no such upload, or it was used before.", "upload_id")
        if get_item(self._aws, self._table, *self._key(upload_id).values()) is None:
            raise unknown
        location = {"Bucket": self._bucket, "Key": self._object_key(upload_id)}
        try:
            answer = self._aws("s3", "get_object", location)
        except (AwsRefusedError, AwsMisconfiguredError) as error:
            if error.code not in (
                "NoSuchKey",
                "AccessDenied",
            ):  # S3 says AccessDenied for a missing key without ListBucket
                raise
            text = "The file of this upload has not arrived; POST it first."
            raise BadRequestError("upload-missing", text, "upload_id") from None
        content: bytes = answer["Body"].read(MAX_IMAGE_BYTES + 1)
        try:
            self._aws(
                "dynamodb",
                "delete_item",
                {
                    "TableName": self._table,
                    "Key": to_item(self._key(upload_id)),
                    "ConditionExpression": "attribute_exists(pk)",
                },
            )
        except AwsConditionFailedError:
            raise unknown from None
        return content

    def _key(self, upload_id: str) -> dict[str, str]:
        return {"pk": f"T#{self._tenant}#P#{upload_id}", "sk": "UPLOAD"}

    def _object_key(self, upload_id: str) -> str:
        return f"{self._tenant}/uploads/{upload_id}"
