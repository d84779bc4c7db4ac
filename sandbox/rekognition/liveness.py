"""CreateFaceLivenessSession and GetFaceLivenessSessionResults.

A toy: it looks at no video. Whoever controls the sandbox plays a session's result (see `play`).
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.call import Call
from sandbox.errors import AwsError
from sandbox.rekognition import Answer, Operation
from sandbox.rekognition.challenge import Performance
from sandbox.rekognition.shapes import bounding_box
from sandbox.stored_objects import put_object

# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_CreateFaceLivenessSession.html
EXPIRES_AFTER_S = 180.0


@dataclass(frozen=True)
class Session:
    created_s: float
    settings: dict[str, Any]
    performance: Performance | None = None

    def status(self, now_s: float) -> str:
        """CREATED, SUCCEEDED, FAILED or EXPIRED."""
        if now_s - self.created_s > EXPIRES_AFTER_S:
            return "EXPIRED"
        return self.performance.status if self.performance else "CREATED"


@dataclass
class Sessions:
    """All sessions by id, and the ids that answered a ClientRequestToken. Thread-safe."""

    by_id: dict[str, Session] = field(default_factory=dict)
    by_token: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def create(self, settings: dict[str, Any], token: str) -> str:
        """The same token gives the same session."""
        with self._lock:
            session_id = self.by_token.setdefault(token, str(uuid.uuid4()))
            self.by_id.setdefault(session_id, Session(time.time(), settings))
            return session_id

    def get(self, session_id: str) -> Session:
        """Raises AwsError (SessionNotFoundException)."""
        with self._lock:
            if session_id not in self.by_id:
                raise AwsError("SessionNotFoundException", f"Session {session_id} not found")
            return self.by_id[session_id]

    def play(self, session_id: str, performance: Performance) -> str:
        """Give the session its result, once; its new status. Raises AwsError for a session that is unknown or over."""
        with self._lock:
            session = self.by_id.get(session_id)
            if session is None or session.status(time.time()) != "CREATED":
                raise AwsError(
                    "SessionNotFoundException", f"Session {session_id} is unknown, played already or expired"
                )
            age_s = EXPIRES_AFTER_S + 1 if performance.status == "EXPIRED" else 0.0
            self.by_id[session_id] = replace(session, performance=performance, created_s=session.created_s - age_s)
        return performance.status

    def snapshot(self) -> Any:
        with self._lock:
            return dict(self.by_id), dict(self.by_token)

    def restore(self, snapshot: Any) -> None:
        with self._lock:
            self.by_id, self.by_token = snapshot


class LivenessOperations:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def operations(self) -> dict[str, Operation]:
        return {
            "CreateFaceLivenessSession": self._create_face_liveness_session,
            "GetFaceLivenessSessionResults": self._get_face_liveness_session_results,
        }

    def _create_face_liveness_session(self, call: Call) -> Answer:
        token = call.parameters.get("ClientRequestToken", str(uuid.uuid4()))
        return {"SessionId": self._sessions.create(call.parameters.get("Settings", {}), token)}

    def _get_face_liveness_session_results(self, call: Call) -> Answer:
        session_id = call.parameters["SessionId"]
        session = self._sessions.get(session_id)
        status = session.status(time.time())
        answer: Answer = {"SessionId": session_id, "Status": status}
        if status != "SUCCEEDED" or session.performance is None:
            return answer
        most = session.settings.get("AuditImagesLimit", 0)
        frames = session.performance.frames[: 1 + most]
        images = [
            {**_image(session, session_id, number, frame.picture), "BoundingBox": bounding_box(frame.box)}
            for number, frame in enumerate(frames)
        ]
        answer |= {"Confidence": session.performance.confidence, "AuditImages": images[1:]}
        return answer | ({"ReferenceImage": images[0]} if images else {})


def _image(session: Session, session_id: str, number: int, picture: bytes) -> Answer:
    """The picture, or where it was put if the session named a bucket."""
    output = session.settings.get("OutputConfig")
    if output is None:
        return {"Bytes": picture}
    name = "reference.jpg" if number == 0 else f"audit-image-{number - 1}.jpg"
    key = f"{output.get('S3KeyPrefix', '')}{session_id}/{name}"
    put_object(output["S3Bucket"], key, picture)
    return {"S3Object": {"Bucket": output["S3Bucket"], "Name": key}}
