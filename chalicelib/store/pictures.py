"""Stored pictures: kept beside a review, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.aws import Aws, delete_object, put_picture, side_by_side
from chalicelib.errors import AwsRefusedError, NotFoundError
from chalicelib.model.images import Image, read_image


class Pictures:
    """In the images bucket. Bound to nobody: whoever makes keys sees to it that they are the tenant's."""

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    def read(self, key: str) -> Image:
        """Raises NotFoundError when the picture is gone."""
        try:
            answer = self._aws("s3", "get_object", {"Bucket": self._bucket, "Key": key})
        except AwsRefusedError as error:
            if error.code != "NoSuchKey":
                raise
            raise NotFoundError("A stored picture is gone.") from error
        return read_image(answer["Body"].read())

    def store(self, pictures: Mapping[str, Image], images_days: int) -> None:
        """By key."""
        side_by_side(lambda key: put_picture(self._aws, self._bucket, key, pictures[key], images_days), pictures)

    def are_there(self, folder: str) -> set[str]:
        """The keys below a folder under which there is a picture now."""
        listed = self._aws("s3", "list_object_versions", {"Bucket": self._bucket, "Prefix": f"{folder}/"})
        return {one["Key"] for one in listed.get("Versions", ()) if one["IsLatest"]}

    def delete(self, keys: Iterable[str]) -> None:
        """Every version of each. Idempotent."""
        side_by_side(lambda key: delete_object(self._aws, self._bucket, key), keys)
