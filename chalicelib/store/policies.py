"""Policy files in the versioned policies bucket: `<name>.yaml` at the top."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsError


class PolicyObjects:
    """The PolicyFiles of `chalicelib.policy.source`, over S3."""

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    def version(self, name: str, known: str | None) -> tuple[str, str | None] | None:
        """The ETag and text; without the text when the ETag is still `known`; None when there is no such object."""
        parameters: dict[str, Any] = {"Bucket": self._bucket, "Key": _key(name)}
        if known:
            parameters["IfNoneMatch"] = known
        try:
            answer = self._aws("s3", "get_object", parameters)
        except AwsError as error:
            if error.code == "304":
                return str(known), None
            if error.code == "NoSuchKey":
                return None
            raise
        return str(answer["ETag"]), answer["Body"].read().decode("utf-8", "replace")

    def history(self, names: tuple[str, ...]) -> list[Callable[[str], str | None]]:
        """A reader for each earlier moment at which one of the files changed, the latest first."""
        versions = {name: self._versions(name) for name in names}
        moments = sorted({one["LastModified"] for listed in versions.values() for one in listed}, reverse=True)
        return [partial(self._read_at, versions, moment) for moment in moments[1:]]

    def _versions(self, name: str) -> list[dict[str, Any]]:
        """Newest first."""
        page = self._aws("s3", "list_object_versions", {"Bucket": self._bucket, "Prefix": _key(name)})
        found = [one for one in page.get("Versions", ()) if one["Key"] == _key(name)]
        return sorted(found, key=lambda one: one["LastModified"], reverse=True)

    def _read_at(self, versions: dict[str, list[dict[str, Any]]], moment: Any, name: str) -> str | None:
        listed = versions.get(name)
        if listed is None:
            listed = versions[name] = self._versions(name)
        then = next((one for one in listed if one["LastModified"] <= moment), None)
        if then is None:
            return None
        parameters = {"Bucket": self._bucket, "Key": _key(name), "VersionId": then["VersionId"]}
        return str(self._aws("s3", "get_object", parameters)["Body"].read().decode("utf-8", "replace"))


def _key(name: str) -> str:
    return f"{name}.yaml"
