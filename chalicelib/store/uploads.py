"""Pictures that do not fit in a request: uploaded straight to S3, then taken once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import Aws, delete_object
from chalicelib.errors import AwsConditionFailedError, AwsRefusedError, BadRequestError
from chalicelib.store.items import Table, epoch_s, key, stamp, tenant_name

GOOD_FOR = timedelta(minutes=10)

# For the bucket's lifecycle rules, as on stored pictures: one that is never taken is gone after a day.
_TAGGING = "<Tagging><TagSet><Tag><Key>images_days</Key><Value>1</Value></Tag></TagSet></Tagging>"

_BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}

Presign = Callable[[Mapping[str, Any]], dict[str, Any]]


class Uploads:
    """`presign` is an S3 client's `generate_presigned_post`, taking its parameters as one mapping."""

    def __init__(self, aws: Aws, table: str, tenant: str, bucket: str, presign: Presign) -> None:
        self._aws = aws
        self._table = Table(aws, table)
        self._tenant = tenant
        self._bucket = bucket
        self._presign = presign

    def create(self, content_type: str, size_bytes: int, now: datetime) -> dict[str, Any]:
        """Where and with which form fields to POST the picture: bound to its key, type and exact size.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
        """
        upload_id = uuid.uuid4().hex
        item = {
            **self._key(upload_id),
            "created_at": stamp(now),
            "content_type": content_type,
            "size_bytes": size_bytes,
            "expires_at": epoch_s(now + GOOD_FOR),
        }
        self._table.put(item, "attribute_not_exists(pk)")
        form = self._presign(
            {
                "Bucket": self._bucket,
                "Key": self._object_key(upload_id),
                "Fields": {"Content-Type": content_type, "tagging": _TAGGING},
                "Conditions": [
                    {"Content-Type": content_type},
                    {"tagging": _TAGGING},
                    ["content-length-range", size_bytes, size_bytes],
                ],
                "ExpiresIn": int(GOOD_FOR.total_seconds()),
            }
        )
        return {
            "upload_id": upload_id,
            "url": form["url"],
            "fields": form["fields"],
            "expires_in_s": int(GOOD_FOR.total_seconds()),
        }

    def take(self, upload_id: str, now: datetime) -> bytes:
        """The uploaded bytes, once: nobody gets them a second time, and the object is gone.

        Raises BadRequestError: unknown (or taken before, or too old), not uploaded yet, or not what was announced.
        """
        where = self._key(upload_id)
        item = self._table.get(where)
        if item is None or item["expires_at"] <= now.timestamp():
            raise _unknown()
        content = self._content(upload_id, item["size_bytes"])
        try:
            self._table.delete(where, "attribute_exists(pk)")
        except AwsConditionFailedError:
            raise _unknown() from None
        delete_object(self._aws, self._bucket, self._object_key(upload_id))
        if len(content) != item["size_bytes"] or not content.startswith(_BEGINNINGS[item["content_type"]]):
            raise BadRequestError(
                "upload-not-as-announced",
                "What was uploaded has another type or size than was announced; upload the picture again.",
                "upload_id",
            )
        return content

    def _content(self, upload_id: str, size_bytes: int) -> bytes:
        try:
            answer = self._aws("s3", "get_object", {"Bucket": self._bucket, "Key": self._object_key(upload_id)})
        except AwsRefusedError as error:
            if error.code != "NoSuchKey":
                raise
            raise BadRequestError(
                "upload-unfinished", "Nothing has been uploaded yet for this id; POST the picture first.", "upload_id"
            ) from error
        content: bytes = answer["Body"].read(size_bytes + 1)
        return content

    def _key(self, upload_id: str) -> dict[str, str]:
        return key(self._tenant, "P", upload_id, "UPLOAD")

    def _object_key(self, upload_id: str) -> str:
        return f"{tenant_name(self._tenant)}/uploads/{upload_id}"


def _unknown() -> BadRequestError:
    return BadRequestError(
        "upload-unknown", "There is no such upload, or it was used before; upload the picture again."
    )
