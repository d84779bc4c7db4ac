"""The pictures of a request: from the request itself or from S3, within AWS's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import AwsError
from sandbox.stored_objects import get_object
from sandbox.vision.face import Face, FaceReader
from sandbox.vision.picture import PictureError, PictureTooLargeError, PictureTooSmallError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How large a picture may be, in the request and in S3, and the error of the one that is larger."""

    in_request_bytes: int
    in_s3_bytes: int
    too_large: str


REKOGNITION = Limits(5 * MEBIBYTE, 15 * MEBIBYTE, "ImageTooLargeException")
"""https://docs.aws.amazon.com/rekognition/latest/dg/limits.html"""

TEXTRACT = Limits(10 * MEBIBYTE, 10 * MEBIBYTE, "DocumentTooLargeException")
"""https://docs.aws.amazon.com/textract/latest/dg/limits-document.html"""


def picture_bytes(image: Mapping[str, Any], limits: Limits) -> bytes:
    """The bytes of an Image or Document structure.

    Raises AwsError: InvalidParameterException (neither bytes nor object), InvalidS3ObjectException or too_large.
    """
    stored = image.get("S3Object", {})
    if "Bytes" in image:
        data, limit = image["Bytes"], limits.in_request_bytes
    elif "Bucket" in stored and "Name" in stored:
        data, limit = get_object(stored["Bucket"], stored["Name"], stored.get("Version")), limits.in_s3_bytes
    else:
        raise AwsError("InvalidParameterException", "Request has invalid parameters")
    if len(data) > limit:
        raise AwsError(limits.too_large, f"The picture has {len(data)} bytes, at most {limit} are allowed")
    return bytes(data)


def faces_of(data: bytes, reader: FaceReader) -> tuple[Face, ...]:
    """The faces, the largest first.

    Raises AwsError: InvalidParameterException (below 80 pixels), ImageTooLargeException, InvalidImageFormatException.
    """
    try:
        return reader.faces(data)
    except PictureTooSmallError as error:
        raise AwsError("InvalidParameterException", f"Request has invalid parameters: {error}") from error
    except PictureTooLargeError as error:
        raise AwsError(REKOGNITION.too_large, f"Image size is too large: {error}") from error
    except PictureError as error:
        raise AwsError("InvalidImageFormatException", "Request has invalid image format") from error
