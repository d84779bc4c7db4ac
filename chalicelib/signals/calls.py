"""Calls of signals: refusals that are about a picture, and several calls side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsRefusedError, BadImageError
from chalicelib.model.images import ImageFault
from chalicelib.signals.request import SignalRequest

NO_FACE = "InvalidParameterException"  # what Rekognition says to a picture in which there is nothing to compare
NO_OBJECT = "InvalidS3ObjectException"

_FAULTS = {
    "InvalidImageFormatException": ImageFault.NOT_AN_IMAGE,
    "ImageTooLargeException": ImageFault.TOO_LARGE,
    "BadDocumentException": ImageFault.NOT_AN_IMAGE,
    "UnsupportedDocumentException": ImageFault.WRONG_TYPE,
    "DocumentTooLargeException": ImageFault.TOO_LARGE,
}


def look(aws: Aws, service: str, operation: str, parameters: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Make a call about the picture in `field` of the request.

    Raises BadImageError when AWS cannot use that picture; everything else passes through.
    """
    try:
        return aws(service, operation, parameters)
    except AwsRefusedError as refused:
        if refused.code in _FAULTS:
            text = f"The picture in {field} cannot be read; send another one."
            raise BadImageError(_FAULTS[refused.code].value, text, field) from refused
        raise


def none_without_face(
    request: SignalRequest, operation: str, parameters: Mapping[str, Any], field: str
) -> dict[str, Any] | None:
    """Rekognition's answer about the picture in `field`; None when that picture shows no face."""
    try:
        return look(request.aws, "rekognition", operation, parameters, field)
    except AwsRefusedError as refused:
        if refused.code == NO_FACE:
            return None
        raise
