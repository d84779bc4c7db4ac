"""Put a face on the blocklist, and take it off. It lives in the tenant's collections beside the users' faces, so the
one search that looks for duplicates finds it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from chalicelib.aws import Aws
from chalicelib.effects.faces import delete_faces, find_faces
from chalicelib.errors import AwsRefusedError, BadImageError, ConflictError
from chalicelib.model.block import Block

_NO_PICTURE = "InvalidS3ObjectException"
_BAD_PICTURE = {"InvalidImageFormatException", "ImageTooLargeException"}


class BlockWriter(Protocol):
    def add(self, block: Block) -> None:
        """Note a block whose face is still to be indexed."""

    def activate(self, block: Block, face_id: str) -> None:
        """From now on the block counts."""

    def remove(self, block_id: str) -> None:
        """Forget a block whose face is gone. Idempotent."""


def block_face(aws: Aws, blocklist: BlockWriter, block: Block, picture: Mapping[str, Any]) -> Block:
    """Index the one face in `picture` (Rekognition's Image: Bytes or S3Object) and let it count.

    Raises:
        BadImageError: no face, several faces, or no picture; nothing is kept.
        ConflictError: the stored picture is gone.
    """
    blocklist.add(block)
    try:
        face_id = _index(aws, block, picture)
        blocklist.activate(block, face_id)
    except Exception:
        unblock_face(aws, blocklist, block)
        raise
    return replace(block, face_id=face_id)


def unblock_face(aws: Aws, blocklist: BlockWriter, block: Block) -> None:
    """Delete the face, then the block. Without a face id (a crash lost it) the collection is searched. Idempotent."""
    face_ids = [block.face_id] if block.face_id else find_faces(aws, block.collection, block.external_image_id)
    delete_faces(aws, block.collection, face_ids)
    blocklist.remove(block.block_id)


def _index(aws: Aws, block: Block, picture: Mapping[str, Any]) -> str:
    parameters = {
        "CollectionId": block.collection,
        "Image": picture,
        "ExternalImageId": block.external_image_id,
        "MaxFaces": 1,
        "QualityFilter": "NONE",
        "DetectionAttributes": ["DEFAULT"],
    }
    try:
        answer = aws("rekognition", "index_faces", parameters)
    except AwsRefusedError as refused:
        raise _refusal(refused) from refused
    if not answer["FaceRecords"]:
        raise BadImageError("no-face", "There is no face in the picture that could be blocked.", "selfie")
    if "Bytes" in picture and answer.get("UnindexedFaces"):  # of a user's stored picture the largest face is meant
        raise BadImageError("several-faces", "There are several faces in the picture; which is meant?", "selfie")
    face_id: str = answer["FaceRecords"][0]["Face"]["FaceId"]
    return face_id


def _refusal(refused: AwsRefusedError) -> Exception:
    if refused.code == _NO_PICTURE:
        return ConflictError("no-picture", "No picture of this face is kept any longer; send one as `selfie`.")
    if refused.code in _BAD_PICTURE:
        return BadImageError("image-not-an-image", "The picture in selfie cannot be read; send another one.", "selfie")
    return refused
