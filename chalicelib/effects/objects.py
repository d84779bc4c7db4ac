"""Deleting an object of a versioned bucket for good."""

from __future__ import annotations

from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsUnavailableError


def delete_all_versions(aws: Aws, bucket: str, key: str) -> None:
    """Idempotent. Raises AwsUnavailableError when S3 says that a version stayed."""
    parameters: dict[str, Any] = {"Bucket": bucket, "Prefix": key}
    while True:
        page = aws("s3", "list_object_versions", parameters)
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        doomed = [{"Key": key, "VersionId": one["VersionId"]} for one in found if one["Key"] == key]
        if doomed:
            answer = aws("s3", "delete_objects", {"Bucket": bucket, "Delete": {"Objects": doomed, "Quiet": True}})
            if answer.get("Errors"):
                raise AwsUnavailableError("s3:delete_objects", str(answer["Errors"][0].get("Code")), "a version stayed")
        if not page.get("IsTruncated"):
            return
        parameters["KeyMarker"] = page["NextKeyMarker"]
        parameters["VersionIdMarker"] = page["NextVersionIdMarker"]
