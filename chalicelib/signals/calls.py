"""Calls of signals: refusals that are about a picture, and several calls side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from chalicelib.aws import Aws
from chalicelib.errors import AwsRefusedError, BadImageError
from chalicelib.model.images import ImageFault
from chalicelib.signals.request import SignalRequest

NO_FACE = "InvalidParameterException"  # what Rekognition says to a picture in which there is nothing to compare
NO_OBJECT = "InvalidS3ObjectException"
_SIDE_BY_SIDE = 8

_FAULTS = {
    "InvalidImageFormatException": ImageFault.NOT_AN_IMAGE,
    "ImageTooLargeException": ImageFault.TOO_LARGE,
    "BadDocumentException": ImageFault.NOT_AN_IMAGE,
    "UnsupportedDocumentException": ImageFault.WRONG_TYPE,
    "DocumentTooLargeException": ImageFault.TOO_LARGE,
}

T = TypeVar("T")
R = TypeVar("R")


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


def side_by_side(call: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """The results in the order of the items. Raises what the first of them raised."""
    things = list(items)
    if len(things) < 2:
        return [call(thing) for thing in things]
    with ThreadPoolExecutor(min(len(things), _SIDE_BY_SIDE), thread_name_prefix="signal-part") as pool:
        return list(pool.map(call, things))
