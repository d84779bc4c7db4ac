"""dlib's trained models, read from the installed package `face_recognition_models` when first needed.

The 68-point landmark model was trained on iBUG 300-W, whose licence excludes commercial use: it serves this sandbox
only, is installed from the package index, and is never redistributed or deployed.
"""

import importlib.util
from functools import cached_property
from pathlib import Path

import dlib


class Models:
    """Each attribute is one model. Not thread-safe: dlib's models keep state while they run."""

    @cached_property
    def frontal(self) -> dlib.fhog_object_detector:
        """Finds faces of at least 80 pixels that look roughly at the camera, in milliseconds."""
        return dlib.get_frontal_face_detector()

    @cached_property
    def any_view(self) -> dlib.cnn_face_detection_model_v1:
        """Finds faces from any side and covered ones, hardly ever errs, and takes about a second per 100,000 pixels."""
        return dlib.cnn_face_detection_model_v1(_path("mmod_human_face_detector.dat"))

    @cached_property
    def eyes_and_nose(self) -> dlib.shape_predictor:
        """Places the eyes' corners and the base of the nose, even where the rectangle fits badly."""
        return dlib.shape_predictor(_path("shape_predictor_5_face_landmarks.dat"))

    @cached_property
    def landmarks(self) -> dlib.shape_predictor:
        """Places the 68 points of iBUG 300-W in a face's rectangle."""
        return dlib.shape_predictor(_path("shape_predictor_68_face_landmarks.dat"))

    @cached_property
    def embedding(self) -> dlib.face_recognition_model_v1:
        """Turns an aligned face into 128 numbers."""
        return dlib.face_recognition_model_v1(_path("dlib_face_recognition_resnet_model_v1.dat"))

    def load(self) -> None:
        """Reads all of them now."""
        for name in ("frontal", "any_view", "eyes_and_nose", "landmarks", "embedding"):
            getattr(self, name)


def _path(name: str) -> str:
    # find_spec does not run the package, whose __init__ needs pkg_resources, gone from today's setuptools.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise RuntimeError("face_recognition_models is not installed: pip install -r requirements-sandbox.txt")
    return str(Path(spec.origin).parent / "models" / name)
