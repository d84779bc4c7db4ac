"""Faults that change what an operation does, rather than refuse it."""

from __future__ import annotations

from dataclasses import replace

from sandbox.call import Call
from sandbox.rekognition import Answer, Operation


def with_mishap(kind: str, operation: Operation) -> Operation:
    """The operation with this fault in it; the operation itself if the fault does nothing here."""
    match kind:
        case "partial_delete":
            return lambda call: _partial_delete(operation, call)
        case "expired_session":
            return lambda call: {**operation(call), "Status": "EXPIRED"}
        case _:
            return operation


def _partial_delete(delete_faces: Operation, call: Call) -> Answer:
    face_ids = call.parameters["FaceIds"]
    taken, left = face_ids[: len(face_ids) // 2], face_ids[len(face_ids) // 2 :]
    answer: Answer = {"UnsuccessfulFaceDeletions": []}
    if taken:
        answer = delete_faces(replace(call, parameters={**call.parameters, "FaceIds": taken}))
    failures = [{"FaceId": face_id, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]} for face_id in left]
    return {**answer, "UnsuccessfulFaceDeletions": [*answer["UnsuccessfulFaceDeletions"], *failures]}
