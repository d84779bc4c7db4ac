"""Stored pictures, read back."""

from __future__ import annotations

from chalicelib.aws import Aws
from chalicelib.errors import AwsRefusedError, NotFoundError
from chalicelib.model.images import Image, read_image


class Pictures:
    """Needs s3:GetObject on the images bucket."""

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
