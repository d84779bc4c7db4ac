"""From the 68 points of iBUG 300-W to Rekognition's 30 landmarks and its bounding box.

Left and right are those of the picture, as in Rekognition. Pupils are taken to be in the middle of the eyes.
"""

from sandbox.vision.face import Box
from sandbox.vision.spot import Points

# Rekognition's name -> the points whose mean it is.
_LANDMARKS: dict[str, tuple[int, ...]] = {
    "eyeLeft": (36, 37, 38, 39, 40, 41),
    "eyeRight": (42, 43, 44, 45, 46, 47),
    "mouthLeft": (48,),
    "mouthRight": (54,),
    "nose": (30,),
    "leftEyeBrowLeft": (17,),
    "leftEyeBrowRight": (21,),
    "leftEyeBrowUp": (19,),
    "rightEyeBrowLeft": (22,),
    "rightEyeBrowRight": (26,),
    "rightEyeBrowUp": (24,),
    "leftEyeLeft": (36,),
    "leftEyeRight": (39,),
    "leftEyeUp": (37, 38),
    "leftEyeDown": (40, 41),
    "rightEyeLeft": (42,),
    "rightEyeRight": (45,),
    "rightEyeUp": (43, 44),
    "rightEyeDown": (46, 47),
    "noseLeft": (31,),
    "noseRight": (35,),
    "mouthUp": (51,),
    "mouthDown": (57,),
    "leftPupil": (36, 37, 38, 39, 40, 41),
    "rightPupil": (42, 43, 44, 45, 46, 47),
    "upperJawlineLeft": (0,),
    "midJawlineLeft": (4,),
    "chinBottom": (8,),
    "midJawlineRight": (12,),
    "upperJawlineRight": (16,),
}
_FOREHEAD = 0.28  # Rekognition's boxes reach above the brows by about this share of the landmarks' height


def named_landmarks(points: Points, width_px: int, height_px: int) -> dict[str, tuple[float, float]]:
    """Rekognition's name of each landmark -> its place as ratios of the picture's size."""
    ratios = points / (width_px, height_px)
    means = {name: ratios[list(indices)].mean(axis=0) for name, indices in _LANDMARKS.items()}
    return {name: (float(x), float(y)) for name, (x, y) in means.items()}


def bounding_box(points: Points, width_px: int, height_px: int) -> Box:
    """The box around the landmarks and the forehead."""
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    top -= _FOREHEAD * (bottom - top)
    return Box(
        left=float(left / width_px),
        top=float(top / height_px),
        width=float((right - left) / width_px),
        height=float((bottom - top) / height_px),
    )
