"""Head pose from the 68 landmarks."""

import math

import cv2
import numpy as np

from sandbox.vision.face import Pose
from sandbox.vision.spot import Points

# A mean head: brow, eye, nose and mouth corners and the chin in centimetres (x to the person's left, y up, z forward).
_HEAD = np.array(
    [
        [6.825897, 6.760612, 4.402142],
        [1.330353, 7.122144, 6.903745],
        [-1.330353, 7.122144, 6.903745],
        [-6.825897, 6.760612, 4.402142],
        [5.311432, 5.485328, 3.987654],
        [1.789930, 5.393625, 4.413414],
        [-1.789930, 5.393625, 4.413414],
        [-5.311432, 5.485328, 3.987654],
        [2.005628, 1.409845, 6.165652],
        [-2.005628, 1.409845, 6.165652],
        [2.774015, -2.080775, 5.048531],
        [-2.774015, -2.080775, 5.048531],
        [0.0, -3.116408, 6.097667],
        [0.0, -7.415691, 4.070434],
    ]
)
_HEAD_LANDMARKS = [17, 21, 22, 26, 36, 39, 42, 45, 31, 35, 48, 54, 57, 8]
_FOCAL_LENGTH = 4.0  # times the face's size: a portrait at arm's length


def head_pose(points: Points) -> Pose:
    """The pose in degrees as seen by a camera that looks straight at the face, wherever in the picture it is.

    Yaw and roll are good to about 5 degrees, pitch to about 15.
    """
    focal = _FOCAL_LENGTH * float(np.linalg.norm(np.ptp(points, axis=0)))
    camera = np.array([[focal, 0, 0], [0, focal, 0], [0, 0, 1]])
    head = _HEAD * [-1, -1, -1]  # to the camera's axes: x right, y down, z away
    seen = points[_HEAD_LANDMARKS] - points.mean(axis=0)
    _, rotation, translation = cv2.solvePnP(head, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    _, rotation, _ = cv2.solvePnP(head, seen, camera, None, rotation, translation, True, flags=cv2.SOLVEPNP_ITERATIVE)
    matrix, _ = cv2.Rodrigues(rotation)
    right, down, towards = matrix @ np.array([0.0, 0.0, -1.0])
    return Pose(
        roll=math.degrees(math.atan2(matrix[1, 0], matrix[0, 0])),
        yaw=math.degrees(math.atan2(right, -towards)),
        pitch=math.degrees(math.atan2(-down, math.hypot(right, towards))),
    )
