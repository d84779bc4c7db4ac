"""Finding and deleting faces in a collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsUnavailableError

_ASSOCIATED = "ASSOCIATED_TO_AN_EXISTING_USER"


def delete_faces(aws: Aws, collection: str, face_ids: Sequence[str]) -> None:
    """Idempotent: a face that is not there is fine, and one that belongs to a user of the collection is let go first.

    Raises AwsUnavailableError when one stayed for another reason.
    """
    failures = _delete(aws, collection, face_ids)
    associated = [failure for failure in failures if failure.get("Reasons") == [_ASSOCIATED] and "UserId" in failure]
    for failure in associated:
        request = {"CollectionId": collection, "UserId": failure["UserId"], "FaceIds": [failure["FaceId"]]}
        aws("rekognition", "disassociate_faces", request)
    if associated:
        failures = _delete(aws, collection, [failure["FaceId"] for failure in failures])
    for failure in failures:
        raise AwsUnavailableError("rekognition:delete_faces", ",".join(failure.get("Reasons", ())), "a face stayed")


def _delete(aws: Aws, collection: str, face_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The faces that stayed: UnsuccessfulFaceDeletions without those that were not there."""
    if not face_ids:
        return []
    answer = aws("rekognition", "delete_faces", {"CollectionId": collection, "FaceIds": list(face_ids)})
    failures = answer.get("UnsuccessfulFaceDeletions", ())
    return [failure for failure in failures if failure.get("Reasons") != ["FACE_NOT_FOUND"]]


def find_faces(aws: Aws, collection: str, external_image_id: str) -> list[str]:
    """The FaceIds whose ExternalImageId begins with this. Reads the whole collection: only for what has lost its id."""
    found: list[str] = []
    parameters: dict[str, object] = {"CollectionId": collection, "MaxResults": 4096}
    while True:
        page = aws("rekognition", "list_faces", parameters)
        faces = page["Faces"]
        found += [face["FaceId"] for face in faces if face.get("ExternalImageId", "").startswith(external_image_id)]
        if not page.get("NextToken"):
            return found
        parameters["NextToken"] = page["NextToken"]
