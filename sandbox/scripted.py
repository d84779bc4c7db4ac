"""Scripted mode: no vision, so that thousands of pictures a second can be "looked at". The picture says what is in it.

A picture is any JPEG or PNG. If its bytes hold `SANDBOX:` and a JSON object, at the end of a JPEG's pixels for example
(behind the picture's end it would be lost where metadata is taken off), the object says what is seen, and no pixel is
looked at:

    SANDBOX:{"faces": [{"person": "alice", "likeness": 100, "yaw": 3, "sunglasses": 95}],
             "document": {"FIRST_NAME": "ALICE", "EXPIRATION_DATE": "2031-05-06"}}

Without it the picture shows one face, of a person of its own: the same bytes are the same person. `picture` makes such
pictures.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from sandbox.documents.field import Field
from sandbox.documents.response import identity_document
from sandbox.errors import AwsError
from sandbox.rekognition.vectors import DIMENSIONS
from sandbox.vision.face import Box, Embedding, Face, Pose
from sandbox.vision.picture import UnreadablePictureError
from sandbox.vision.similarity import distance

MARK = b"SANDBOX:"
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True)
class ScriptedFace:
    """A face of a scripted picture.

    likeness: the similarity (0-100) to any picture of this person whose likeness is 100.
    sunglasses to occluded: how likely it is so, 0-100. size: of the box, as a ratio of the picture's.
    """

    person: str
    likeness: float = 100.0
    roll: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    brightness: float = 75.0
    sharpness: float = 90.0
    sunglasses: float = 1.0
    eyeglasses: float = 1.0
    eyes_open: float = 99.0
    mouth_open: float = 1.0
    occluded: float = 1.0
    confidence: float = 99.9
    size: float = 0.5

    def seen(self) -> Face:
        """The face as the engine would give it."""
        margin = (1 - self.size) / 2
        return Face(
            box=Box(margin, margin, self.size, self.size),
            confidence=self.confidence,
            landmarks={},
            pose=Pose(self.roll, self.yaw, self.pitch),
            brightness=self.brightness,
            sharpness=self.sharpness,
            sunglasses=self.sunglasses,
            eyeglasses=self.eyeglasses,
            eyes_open=self.eyes_open,
            mouth_open=self.mouth_open,
            occluded=self.occluded,
            embedding=_embedding(self.person, self.likeness),
        )


class ScriptedReader:
    """A `FaceReader` that believes what the picture says."""

    def faces(self, data: bytes) -> tuple[Face, ...]:
        """The largest first. Raises UnreadablePictureError for what is no picture, or says what cannot be."""
        if not data.startswith(SIGNATURES):
            raise UnreadablePictureError("neither JPEG nor PNG")
        said = _script(data).get("faces", [{"person": hashlib.sha256(data).hexdigest()}])
        try:
            faces = [ScriptedFace(**face).seen() for face in said]
        except TypeError as error:
            raise UnreadablePictureError(f"its script is wrong: {error}") from error
        return tuple(sorted(faces, key=lambda face: -face.box.area))


def scripted_analyze_id(pages: Sequence[bytes]) -> dict[str, Any]:
    """AnalyzeID's answer: the fields that each picture says. Raises AwsError (BadDocumentException) if it says none."""
    documents = [_script(page).get("document") for page in pages]
    if not all(documents):
        raise AwsError("BadDocumentException", "the picture's script has no document")
    return {
        "IdentityDocuments": [
            identity_document(number, {name: _field(text) for name, text in (document or {}).items()}, [], (1, 1))
            for number, document in enumerate(documents, start=1)
        ],
        "DocumentMetadata": {"Pages": len(pages)},
        "AnalyzeIDModelVersion": "1.0",
    }


def picture(faces: Sequence[ScriptedFace], document: Mapping[str, str] | None = None) -> bytes:
    """A small JPEG that shows these faces and this document (Textract's field names -> texts) in scripted mode."""
    script: dict[str, Any] = {"faces": [asdict(face) for face in faces]}
    if document is not None:
        script["document"] = dict(document)
    blank = _blank()
    return blank[:-2] + MARK + json.dumps(script).encode() + blank[-2:]


def _script(data: bytes) -> dict[str, Any]:
    _, mark, rest = data.partition(MARK)
    if not mark:
        return {}
    try:
        said, _ = json.JSONDecoder().raw_decode(rest.decode(errors="replace"))
    except ValueError as error:
        raise UnreadablePictureError(f"its script is not JSON: {error}") from error
    return dict(said)


def _field(text: str) -> Field:
    try:
        return Field(text, 99.0, date.fromisoformat(text))
    except ValueError:
        return Field(text, 99.0)


def _embedding(person: str, likeness: float) -> Embedding:
    """The person's own vector, moved sideways as far as the likeness says. Strangers are far apart, at about 1.4."""
    own, sideways = _directions(person)
    return own if likeness >= 100 else own + sideways * distance(likeness)


@cache
def _directions(person: str) -> tuple[Embedding, Embedding]:
    """Two unit vectors at right angles, always the same for one name."""
    seed = int.from_bytes(hashlib.sha256(person.encode()).digest()[:8], "big")
    directions, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(DIMENSIONS, 2)))
    return directions[:, 0], directions[:, 1]


@cache
def _blank() -> bytes:
    jpeg = io.BytesIO()
    Image.new("RGB", (80, 80), (128, 128, 128)).save(jpeg, "JPEG")
    return jpeg.getvalue()
