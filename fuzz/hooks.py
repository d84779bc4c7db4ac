"""What Schemathesis cannot know: what a picture is, which flows there are, that people come again, that a front end
uploads pictures and plays liveness challenges.

What is generated names uploads and sessions by stand-ins; the real ones take their place when a request is sent.
"""

from __future__ import annotations

import base64
import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
import urllib3
from hypothesis import strategies as st

from sandbox.scripted import ScriptedFace, picture

SANDBOX_URL, TALLY = "FUZZ_SANDBOX_URL", "FUZZ_TALLY"

_LIKENESSES = (100.0, 100.0, 99.5, 50.0)
_CARD = {
    "ID_TYPE": "PASSPORT",
    "FIRST_NAME": "ADA",
    "LAST_NAME": "LOVELACE",
    "DATE_OF_BIRTH": "1990-12-10",
    "EXPIRATION_DATE": "2090-12-10",
}
_PEOPLE = ("ada", "grace", "alan", "a/b", "é", "edsger", "barbara", "tony")
_UPLOAD, _SESSION = "an-upload", "a-session"
_KEPT_UPLOADS = 8


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What an applicant's browser did: uploads that nobody took yet, and played sessions by user."""

    uploads: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_UPLOADS))
    sessions: dict[str, str] = field(default_factory=dict)
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def upload(self, place: Mapping[str, Any], content_type: str, size_bytes: int) -> None:
        """Only pictures of the size that `UPLOADS` asks for are worth it."""
        if size_bytes != len(_SELFIE):
            return
        content = {**place["fields"], "file": ("selfie", _SELFIE, content_type)}
        self.http.request("POST", place["url"], fields=content)
        self.uploads.append(place["upload_id"])

    def play(self, session_id: str, user_id: str) -> None:
        images = [base64.b64encode(picture([ScriptedFace(user_id)])).decode()]
        confidence = 99.0 if len(self.sessions) % 3 else 20.0
        url = f"{os.environ[SANDBOX_URL]}/sandbox/liveness/{session_id}"
        self.http.request("POST", url, json={"outcome": "live", "confidence": confidence, "images": images})
        self.sessions[user_id] = session_id


def _picture(person: str, faces: int, likeness: float, document: dict[str, str] | None) -> str:
    shown = [ScriptedFace(person if number == 0 else f"{person}-{number}", likeness) for number in range(faces)]
    return base64.b64encode(picture(shown, document)).decode()


_SELFIE = picture([ScriptedFace("ada")])
_front_end = FrontEnd()


def _pictures(people: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        _picture,
        people,
        st.sampled_from((1, 1, 1, 1, 0, 2)),
        st.sampled_from(_LIKENESSES),
        st.sampled_from((None, _CARD)),
    )


def _submissions(user_id: str) -> st.SearchStrategy[dict[str, Any]]:
    """By a user, mostly with a picture of its own."""
    own = _pictures(st.just(user_id))
    return st.fixed_dictionaries(
        {
            "flow": st.sampled_from(("authenticate", "register", "update", "register_with_id_card", "check_in")),
            "user_id": st.just(user_id),
            "selfie": st.one_of(own, own, own, PICTURES, st.just({"upload_id": _UPLOAD})),
        },
        optional={
            "id_card": own,
            "consent": st.fixed_dictionaries({"given": st.booleans(), "version": st.just("2026-05")}),
            "liveness_session": st.just(_SESSION),
        },
    )


PEOPLE = st.sampled_from(_PEOPLE)
PICTURES = _pictures(PEOPLE)
SUBMISSIONS = PEOPLE.flatmap(_submissions)
UPLOADS = st.fixed_dictionaries({"content_type": st.just("image/jpeg"), "size_bytes": st.just(len(_SELFIE))})
IDEMPOTENCY_KEYS = st.one_of(st.none(), st.none(), st.uuids().map(str), st.sampled_from(("one", "two")))


@schemathesis.hook
def flatmap_path_parameters(_context: Any, path_parameters: Any) -> st.SearchStrategy[Any]:
    """Half of the users asked for are people who come."""
    if not path_parameters or "user_id" not in path_parameters:
        return st.just(path_parameters)
    return st.one_of(PEOPLE.map(lambda user_id: {**path_parameters, "user_id": user_id}), st.just(path_parameters))


@schemathesis.hook
def flatmap_headers(context: Any, headers: Any) -> st.SearchStrategy[Any]:
    """Half of the submissions have no Idempotency-Key; of the keys half are fresh."""
    if context.operation.label != "POST /v1/verifications" or not headers:
        return st.just(headers)
    rest = {name: value for name, value in headers.items() if name != "Idempotency-Key"}
    keyed = IDEMPOTENCY_KEYS.map(lambda key: rest if key is None else {**rest, "Idempotency-Key": key})
    return st.one_of(keyed, keyed, keyed, st.just(headers))


@schemathesis.hook
def flatmap_body(context: Any, body: Any) -> st.SearchStrategy[Any]:
    """Most bodies are of people, flows and pictures that there are, some with the rest as it was generated."""
    if not isinstance(body, dict):
        return st.just(body)
    if context.operation.label == "POST /v1/blocklist":
        blocked = st.one_of(
            PICTURES.map(lambda selfie: {"selfie": selfie}),
            st.sampled_from(_PEOPLE).map(lambda user: {"user_id": user}),
        )
        return st.one_of(blocked.map(lambda face: {**face, "reason": "fraud"}), st.just(body))
    if context.operation.label == "POST /v1/uploads":
        return st.one_of(UPLOADS, UPLOADS, st.just(body))
    if context.operation.label == "POST /v1/liveness-sessions":
        return st.one_of(PEOPLE.map(lambda user_id: {**body, "user_id": user_id}), st.just(body))
    if context.operation.label == "POST /v1/verifications":
        likely = SUBMISSIONS.map(lambda submission: {**body, **submission})
        return st.one_of(SUBMISSIONS, SUBMISSIONS, SUBMISSIONS, likely, st.just(body))
    return st.just(body)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Put real uploads and sessions in the stand-ins' places, if there are any."""
    body = case.body
    if not isinstance(body, dict):
        return
    if body.get("selfie") == {"upload_id": _UPLOAD} and _front_end.uploads:
        body["selfie"] = {"upload_id": _front_end.uploads.popleft()}
    if body.get("liveness_session") == _SESSION and isinstance(user_id := body.get("user_id"), str):
        body["liveness_session"] = _front_end.sessions.get(user_id, _SESSION)


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Count the answer, and do what a front end does with it."""
    with Path(os.environ[TALLY]).open("a") as tally:
        tally.write(f"{case.operation.label} {response.status_code}\n")
    if response.status_code != 201:
        return
    if case.operation.label == "POST /v1/uploads":
        _front_end.upload(response.json(), case.body["content_type"], case.body["size_bytes"])
    if case.operation.label == "POST /v1/liveness-sessions":
        _front_end.play(response.json()["session_id"], case.body["user_id"])
