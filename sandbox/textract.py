"""Amazon Textract's AnalyzeID, played: pictures in, what the document reader says out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sandbox.call import Call
from sandbox.pictures_in import TEXTRACT, picture_bytes
from sandbox.rekognition import Operation

AnalyzeId: TypeAlias = Callable[[Sequence[bytes]], dict[str, Any]]


def operations(analyze_id: AnalyzeId) -> dict[str, Operation]:
    """AnalyzeID, read by `analyze_id`: the pages' bytes in, the answer out; it raises AwsError."""

    def analyze_id_operation(call: Call) -> dict[str, Any]:
        return analyze_id([picture_bytes(page, TEXTRACT) for page in call.parameters["DocumentPages"]])

    return {"AnalyzeID": analyze_id_operation}
