"""Amazon Textract's AnalyzeID, played: pictures in, what the document reader says out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.pictures_in import picture_bytes

AnalyzeId: TypeAlias = Callable[[Sequence[bytes]], dict[str, Any]]


def analyze_id_operation(analyze_id: AnalyzeId) -> Callable[[Call], dict[str, Any]]:
    """The operation, which reads with `analyze_id`."""

    def operation(call: Call) -> dict[str, Any]:
        try:
            pages = [picture_bytes(document) for document in call.parameters["DocumentPages"]]
        except AwsError as error:
            if error.code == "ImageTooLargeException":  # Textract's name for it
                raise AwsError("DocumentTooLargeException", error.message) from error
            raise
        return analyze_id(pages)

    return operation
