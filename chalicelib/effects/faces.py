"""Finding and deleting faces in a collection."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.aws import Aws
from chalicelib.errors import AwsUnavailableError


def delete_faces(aws: Aws, collection: str, face_ids: Sequence[str]) -> None:
    """Idempotent: a face that is not there is fine. Raises AwsUnavailableError when one stayed for another reason."""
    if not face_ids:
        return
    answer = aws("rekognition", "delete_faces", {"CollectionId": collection, "FaceIds": list(face_ids)})
    for failure in answer.get("UnsuccessfulFaceDeletions", ()):
        if failure.get("Reasons") != ["FACE_NOT_FOUND"]:
            raise AwsUnavailableError("rekognition:delete_faces", ",".join(failure.get("Reasons", ())), "a face stayed")


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
