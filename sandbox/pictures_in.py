"""The pictures of a request: from the request itself or from S3, within AWS's limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.errors import AwsError
from sandbox.stored_objects import get_object
from sandbox.vision.face import Face, FaceReader
from sandbox.vision.picture import PictureError, PictureTooLargeError, PictureTooSmallError

# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
MAX_BYTES = 5 * 1024 * 1024
MAX_S3_BYTES = 15 * 1024 * 1024


def picture_bytes(image: Mapping[str, Any]) -> bytes:
    """The bytes of an Image or Document structure.

    Raises AwsError: InvalidParameterException (neither bytes nor object), ImageTooLargeException,
    InvalidS3ObjectException.
    """
    if "Bytes" in image:
        return _within(MAX_BYTES, image["Bytes"])
    if "S3Object" in image:
        stored = image["S3Object"]
        if "Bucket" in stored and "Name" in stored:
            return _within(MAX_S3_BYTES, get_object(stored["Bucket"], stored["Name"], stored.get("Version")))
    raise AwsError("InvalidParameterException", "Request has invalid parameters")


def faces_of(data: bytes, reader: FaceReader) -> tuple[Face, ...]:
    """The faces, the largest first.

    Raises AwsError: InvalidParameterException (below 80 pixels), ImageTooLargeException, InvalidImageFormatException.
    """
    try:
        return reader.faces(data)
    except PictureTooSmallError as error:
        raise AwsError("InvalidParameterException", f"Request has invalid parameters: {error}") from error
    except PictureTooLargeError as error:
        raise AwsError("ImageTooLargeException", f"Image size is too large: {error}") from error
    except PictureError as error:
        raise AwsError("InvalidImageFormatException", "Request has invalid image format") from error


def _within(limit_bytes: int, data: bytes) -> bytes:
    if len(data) > limit_bytes:
        raise AwsError("ImageTooLargeException", f"Image size is too large: {len(data)} bytes of {limit_bytes}")
    return data
