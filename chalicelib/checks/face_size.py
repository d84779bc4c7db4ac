"""The face is large enough in the selfie to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.checks._faces import NO_FACE
from chalicelib.model.facts import FaceScan
from chalicelib.model.findings import Finding, Outcome, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Rekognition DetectFaces: FaceDetails[].BoundingBox.Width, with the picture's own width"
REASONS = {
    **NO_FACE,
    "too_few_pixels": "The face has too few pixels: use a better camera or go closer.",
    "too_far_away": "The face is too small in the picture: go closer to the camera.",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    # 50 pixels: https://docs.aws.amazon.com/rekognition/latest/dg/recommendations-facial-input-images.html
    min_width_px: Annotated[float, Number("pixels", 1, 10_000, "smallest width of the face's box", Stricter.MORE)] = 50
    min_share_percent: Annotated[
        float, Number("percent", 0, 100, "smallest share of the picture's width", Stricter.MORE)
    ] = 10


def judge(parameters: Parameters, *, selfie_faces: FaceScan) -> Finding:
    face = selfie_faces.main_face
    if face is None:
        return inconclusive("no_face")
    share = at_least(100 * face.box.width, parameters.min_share_percent, "too_far_away")
    if share.outcome is not Outcome.PASS:
        return share
    return at_least(face.box.width * selfie_faces.image_width_px, parameters.min_width_px, "too_few_pixels")
