"""Policy files in the versioned policies bucket: `<name>.yaml` at the top."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.aws import Answer, Aws
from chalicelib.errors import AwsError

MAX_VERSIONS = 1_000  # of a file that are looked at: one page of S3's


class PolicyObjects:
    """The PolicyFiles of `chalicelib.policy.source`, over S3.

    Needs s3:GetObject, s3:GetObjectVersion and, on the bucket, s3:ListBucket (without it S3 answers "access denied"
    for an object that is not there) and s3:ListBucketVersions.
    """

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    def version(self, name: str, known: str | None) -> tuple[str, str | None] | None:
        """The ETag and text; without the text when the ETag is still `known`; None when there is no such object."""
        condition = {"IfNoneMatch": known} if known else {}
        try:
            answer = self._get(name, condition)
        except AwsError as error:
            if known and error.code in ("304", "NotModified"):
                return known, None
            if error.code == "NoSuchKey":
                return None
            raise
        return str(answer["ETag"]), _text(answer)

    def history(self, name: str) -> list[tuple[datetime, Callable[[], str | None]]]:
        """The object's versions, the latest first; a deletion among them reads as None.

        S3 tells when a version came to the second, and lists those of one object in the order in which they came:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        """
        listed = self._aws(
            "s3",
            "list_object_versions",
            {"Bucket": self._bucket, "Prefix": _key(name), "MaxKeys": MAX_VERSIONS},
        )
        kinds: tuple[tuple[str, Callable[[str, str], str | None]], ...] = (
            ("DeleteMarkers", _deleted),  # first: of what came in one second, the deletion counts as the later
            ("Versions", self._text_of),
        )
        found = [
            (one["LastModified"], one["IsLatest"], partial(read, name, one["VersionId"]))
            for kind, read in kinds
            for one in listed.get(kind, ())
            if one["Key"] == _key(name)
        ]
        found.sort(key=lambda one: one[:2], reverse=True)
        return [(since, reader) for since, _, reader in found]

    def _text_of(self, name: str, version_id: str) -> str | None:
        return _text(self._get(name, {"VersionId": version_id}))

    def _get(self, name: str, parameters: dict[str, Any]) -> Answer:
        return self._aws("s3", "get_object", {"Bucket": self._bucket, "Key": _key(name), **parameters})


def _key(name: str) -> str:
    return f"{name}.yaml"


def _text(answer: Answer) -> str:
    """What is not UTF-8 becomes a sign that no policy accepts as a name."""
    return str(answer["Body"].read().decode("utf-8", "replace"))


def _deleted(_name: str, _version_id: str) -> None:
    return None
