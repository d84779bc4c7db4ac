"""The picture with which a collection is searched."""

from __future__ import annotations

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.pictures_in import REKOGNITION, faces_of, picture_bytes
from sandbox.rekognition.quality import good_enough
from sandbox.rekognition.store import Collections
from sandbox.vision.face import Face, FaceReader


def searched_face(call: Call, reader: FaceReader, collections: Collections) -> tuple[Face, list[Face]]:
    """The largest face that the QualityFilter lets pass, and the picture's other faces.

    Raises AwsError: ResourceNotFoundException for the collection, before the picture is looked at;
    InvalidParameterException when there is no such face; what the picture's own faults are.
    """
    with collections.opened(call.region, call.parameters["CollectionId"]):
        pass
    quality = call.parameters.get("QualityFilter", "NONE")
    faces = faces_of(picture_bytes(call.parameters["Image"], REKOGNITION), reader)
    largest = next((face for face in faces if good_enough(face, quality)), None)
    if largest is None:
        raise AwsError("InvalidParameterException", "There are no faces in the image. Should be at least 1.")
    return largest, [face for face in faces if face is not largest]
