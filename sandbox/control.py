"""The sandbox's own endpoints, beside AWS: health, faults, the journal of calls, liveness results."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sandbox.errors import AwsError
from sandbox.faults import KINDS, Faults, Rule
from sandbox.journal import Journal
from sandbox.rekognition.challenge import performance
from sandbox.rekognition.liveness import Sessions
from sandbox.rekognition.store import Collections
from sandbox.response import Response
from sandbox.vision.face import FaceReader

PREFIX = "/sandbox/"
ENDPOINTS = {
    "GET /sandbox/health": "the sandbox answers",
    "GET /sandbox/faults": "the rules in force, and the kinds there are",
    "PUT /sandbox/faults": 'replace them: {"rules": [{"operation": "s3:*", "kind": "throttle", ...}], "seed": 0}',
    "DELETE /sandbox/faults": "no faults any more",
    "GET /sandbox/calls": "every call of AWS that was seen",
    "DELETE /sandbox/calls": "forget them",
    "PUT /sandbox/face-model": 'Amazon releases a face model: {"version": "8.0"}',
    "POST /sandbox/liveness/SESSION_ID": 'play a result: {"outcome": "live", "confidence": 97.5, "images": [base64]}',
}


class Control:
    def __init__(
        self, faults: Faults, journal: Journal, sessions: Sessions, collections: Collections, reader: FaceReader
    ) -> None:
        self._faults = faults
        self._journal = journal
        self._sessions = sessions
        self._collections = collections
        self._reader = reader
        self._endpoints: dict[tuple[str, str], Callable[[bytes], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "faults"): lambda _: {"rules": faults.rules(), "kinds": KINDS},
            ("PUT", "faults"): self._replace_faults,
            ("DELETE", "faults"): self._replace_faults,
            ("PUT", "face-model"): self._release_face_model,
            ("GET", "calls"): lambda _: {"calls": journal.calls()},
            ("DELETE", "calls"): lambda _: journal.clear(),
        }

    def respond(self, method: str, path: str, body: bytes) -> Response:
        """The answer to a request under PREFIX; 400 with what is wrong, 404 with what there is."""
        name, _, session_id = path.removeprefix(PREFIX).partition("/")
        endpoint = self._endpoints.get((method, name))
        try:
            if endpoint is not None:
                return Response.json(endpoint(body))
            if (method, name) == ("POST", "liveness") and session_id:
                return Response.json(self._play(session_id, body))
        except AwsError as error:
            return Response.json({"error": error.code, "message": error.message}, HTTPStatus.BAD_REQUEST)
        return Response.json({"error": "NotFound", "endpoints": ENDPOINTS}, HTTPStatus.NOT_FOUND)

    def _replace_faults(self, body: bytes) -> dict[str, Any]:
        request = _object(body)
        rules, seed = request.get("rules", []), request.get("seed", 0)
        if not isinstance(rules, list) or not isinstance(seed, int) or request.keys() - {"rules", "seed"}:
            raise AwsError("ValidationException", 'give {"rules": [...], "seed": 0}')
        self._faults.replace([Rule.from_json(rule) for rule in rules], seed)
        return {"rules": self._faults.rules()}

    def _release_face_model(self, body: bytes) -> dict[str, Any]:
        request = _object(body)
        version = request.get("version")
        if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+", version) or len(request) > 1:
            raise AwsError("ValidationException", 'give {"version": "8.0"}')
        self._collections.release_face_model(version)
        return {"version": version}

    def _play(self, session_id: str, body: bytes) -> dict[str, Any]:
        return {"status": self._sessions.play(session_id, performance(_object(body), self._reader))}


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("ValidationException", f"the request is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise AwsError("ValidationException", "the request is not a JSON object")
    return value
