"""Pictures that do not fit in a request: uploaded straight to S3, then taken by one verification."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import Aws, delete_object
from chalicelib.errors import AwsConditionFailedError, AwsError, AwsRefusedError, BadRequestError
from chalicelib.store.items import Key, Table, epoch_s, key, stamp, tenant_name

GOOD_FOR = timedelta(minutes=10)
_TRIED_AGAIN_WITHIN = timedelta(hours=24)  # as long as an Idempotency-Key is kept

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
        self._table.put_new(item)
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

    @contextmanager
    def lent_to(self, verification_id: str, now: datetime) -> Iterator[Callable[[str], bytes]]:
        """How a verification takes its uploads. They are gone afterwards, unless it may have to be tried again."""
        taken: list[str] = []

        def take(upload_id: str) -> bytes:
            content = self.take(upload_id, verification_id, now)
            taken.append(upload_id)
            return content

        try:
            yield take
        except AwsError:
            raise
        except Exception:
            self._discard_all(taken)
            raise
        self._discard_all(taken)

    def _discard_all(self, upload_ids: list[str]) -> None:
        """One that stays is gone after a day."""
        for upload_id in upload_ids:
            with suppress(AwsError):
                self.discard(upload_id)

    def take(self, upload_id: str, verification_id: str, now: datetime) -> bytes:
        """The uploaded bytes, for one verification: no other gets them. `discard` must follow its answer.

        Raises BadRequestError: unknown (or taken before, or too old), not uploaded yet, or not what was announced.
        """
        where = self._key(upload_id)
        item = self._table.get(where)
        if item is None or item.get("used_by", verification_id) != verification_id:
            raise _unknown()
        mine = "used_by" in item
        if item["expires_at"] <= now.timestamp() and not mine:
            raise _unknown()
        content = self._content(upload_id, item["size_bytes"])
        if not mine:
            self._claim(where, verification_id, now)
        if len(content) != item["size_bytes"] or not content.startswith(_BEGINNINGS[item["content_type"]]):
            self.discard(upload_id)
            raise BadRequestError(
                "upload-not-as-announced",
                "What was uploaded has another type or size than was announced; upload the picture again.",
                "upload_id",
            )
        return content

    def _claim(self, where: Key, verification_id: str, now: datetime) -> None:
        """For this verification, once and for ever; the item is kept as long as it may be tried again."""
        try:
            self._table.update(
                where,
                "SET #used_by = :verification, #expires_at = :later",
                "attribute_exists(pk) AND (attribute_not_exists(#used_by) OR #used_by = :verification)",
                verification=verification_id,
                later=epoch_s(now + _TRIED_AGAIN_WITHIN),
            )
        except AwsConditionFailedError:
            raise _unknown() from None

    def discard(self, upload_id: str) -> None:
        """Delete an upload once its verification has its answer. Idempotent."""
        delete_object(self._aws, self._bucket, self._object_key(upload_id))
        try:
            self._table.delete(self._key(upload_id), "attribute_exists(pk)")
        except AwsConditionFailedError:
            return

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
