"""DetectFaces and CompareFaces."""

from __future__ import annotations

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.pictures_in import REKOGNITION, faces_of, picture_bytes
from sandbox.rekognition import Answer, Operation
from sandbox.rekognition.quality import good_enough
from sandbox.rekognition.shapes import bounding_box, compared_face, face_detail
from sandbox.vision.face import Face, FaceReader
from sandbox.vision.similarity import similarity

DEFAULT_THRESHOLD = 80.0


class Detection:
    def __init__(self, reader: FaceReader) -> None:
        self._reader = reader

    def operations(self) -> dict[str, Operation]:
        return {"DetectFaces": self._detect_faces, "CompareFaces": self._compare_faces}

    def _detect_faces(self, call: Call) -> Answer:
        attributes = call.parameters.get("Attributes", ["DEFAULT"])
        return {"FaceDetails": [face_detail(face, attributes) for face in self._faces(call, "Image")]}

    def _compare_faces(self, call: Call) -> Answer:
        """The largest face of the source with every face of the target."""
        quality = call.parameters.get("QualityFilter", "NONE")
        sources = [face for face in self._faces(call, "SourceImage") if good_enough(face, quality)]
        targets = [face for face in self._faces(call, "TargetImage") if good_enough(face, quality)]
        if not sources or not targets:
            raise AwsError("InvalidParameterException", "Request has invalid parameters")
        source, threshold = sources[0], call.parameters.get("SimilarityThreshold", DEFAULT_THRESHOLD)
        compared = [(similarity(source.embedding, face.embedding), face) for face in targets]
        matches = sorted((pair for pair in compared if pair[0] >= threshold), key=lambda pair: -pair[0])
        return {
            "SourceImageFace": {"BoundingBox": bounding_box(source.box), "Confidence": source.confidence},
            "FaceMatches": [{"Similarity": percent, "Face": compared_face(face)} for percent, face in matches],
            "UnmatchedFaces": [compared_face(face) for percent, face in compared if percent < threshold],
        }

    def _faces(self, call: Call, parameter: str) -> tuple[Face, ...]:
        return faces_of(picture_bytes(call.parameters[parameter], REKOGNITION), self._reader)
