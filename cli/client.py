"""The HTTP API, from outside: one method a request, problem documents as exceptions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import urllib3

from cli.errors import CliError

Json = dict[str, Any]
_TIMEOUT_S = 60  # reading a card takes seconds


@dataclass(frozen=True, slots=True)
class Problem:
    """An RFC 9457 problem document; `code` is the last part of its type."""

    status: int
    code: str
    detail: str
    field: str | None = None
    retry_after_s: float | None = None

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        return f"{self.detail}{where} [{self.status} {self.code}]"


class ProblemError(CliError):
    """The server answered with a problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ServerDownError(CliError):
    """Nothing answered, or not in time."""


class Client:
    """Thread-safe. `key` is the tenant's bearer token."""

    def __init__(self, url: str, key: str | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = urllib3.PoolManager(maxsize=16, retries=False, timeout=_TIMEOUT_S)

    def verify(self, request: Json, idempotency_key: str | None = None) -> Json:
        """What the policy discloses of one verification's decision. Raises ProblemError, ServerDownError."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._call("POST", "/v1/verifications", request, headers)

    def verification(self, verification_id: str) -> Json:
        return self._call("GET", f"/v1/verifications/{quote(verification_id, safe='')}")

    def whole_decision(self, answer: Json) -> Json:
        """The tenant's own view of a decision just answered, with scores; or the answer, when the key may not read."""
        try:
            return self.verification(answer["id"])
        except ProblemError:
            return answer

    def receipt(self, verification_id: str) -> Json:
        """The verification's signed entry in the log: `entry` and `signature`."""
        return self._call("GET", f"/v1/verifications/{quote(verification_id, safe='')}/receipt")

    def receipts_key(self) -> Json:
        """The public key of receipts: `algorithm`, `key_id`, `pem`."""
        return self._call("GET", "/v1/receipts/key")

    def user(self, user_id: str) -> Json:
        return self._call("GET", f"/v1/users/{quote(user_id, safe='')}")

    def delete_user(self, user_id: str) -> Json:
        return self._call("DELETE", f"/v1/users/{quote(user_id, safe='')}")

    def reviews(self) -> Iterator[Json]:
        """The open reviews, oldest first, asked for page by page."""
        after = ""
        while after is not None:
            page = self._call("GET", f"/v1/reviews?limit=100{after and f'&after={after}'}")
            yield from page["reviews"]
            after = page["next"]

    def review(self, review_id: str) -> Json:
        return self._call("GET", f"/v1/reviews/{quote(review_id, safe='')}")

    def settle_review(self, review_id: str, decision: str, reason: str) -> Json:
        return self._call("POST", f"/v1/reviews/{quote(review_id, safe='')}", {"decision": decision, "reason": reason})

    def download(self, link: str) -> bytes:
        """What a link of an answer leads to."""
        answer = self._send("GET", link)
        if answer.status != 200:
            raise CliError(f"The link does not lead to a picture any more (status {answer.status}); ask for a new one.")
        return answer.data

    def block(self, request: Json) -> Json:
        """Block a face: exactly one of selfie, user_id and verification_id; reason, days."""
        return self._call("POST", "/v1/blocklist", request)

    def blocks(self) -> list[Json]:
        blocks: list[Json] = self._call("GET", "/v1/blocklist")["blocks"]
        return blocks

    def unblock(self, block_id: str) -> Json:
        return self._call("DELETE", f"/v1/blocklist/{quote(block_id, safe='')}")

    def erasure(self, erasure_id: str) -> Json:
        """How far an erasure is; its receipt once it is done."""
        return self._call("GET", f"/v1/erasures/{quote(erasure_id, safe='')}")

    def policy(self) -> Json:
        return self._call("GET", "/v1/policy")

    def create_liveness_session(self, user_id: str) -> str:
        return str(self._call("POST", "/v1/liveness-sessions", {"user_id": user_id})["session_id"])

    def upload(self, content: bytes, media_type: str) -> str:
        """Put a picture where the app finds it; its upload id."""
        place = self._call("POST", "/v1/uploads", {"content_type": media_type, "size_bytes": len(content)})
        form = [*place["fields"].items(), ("file", ("picture", content, media_type))]
        answer = self._send("POST", place["url"], fields=form)
        if answer.status >= 300:
            raise CliError(f"The upload was refused with status {answer.status}: {answer.data[:300]!r}")
        return str(place["upload_id"])

    def _call(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        sent = {**self._headers, **(headers or {})}
        if body is None:
            answer = self._send(method, self._url + path, headers=sent)
        else:
            sent["Content-Type"] = "application/json"
            answer = self._send(method, self._url + path, headers=sent, body=json.dumps(body))
        content = _json_of(answer)
        if answer.status >= 400:
            raise ProblemError(_problem_of(answer, content))
        return content

    def _send(self, method: str, url: str, **request: Any) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(method, url, **request)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ServerDownError(f"{self._url} did not answer within {_TIMEOUT_S} seconds.") from error
        except urllib3.exceptions.HTTPError as error:
            raise ServerDownError(
                f"Nothing answers at {self._url}. Start the local service with `make serve`, "
                "or say where it runs with --url or COUNTERSIGN_URL."
            ) from error


def _json_of(answer: urllib3.BaseHTTPResponse) -> Json:
    try:
        content = json.loads(answer.data)
    except ValueError:
        content = None
    return content if isinstance(content, dict) else {}


def _problem_of(answer: urllib3.BaseHTTPResponse, content: Json) -> Problem:
    """API Gateway's own refusals are `{"message": ...}` and no problem documents."""
    wait = answer.headers.get("Retry-After", "")
    detail = content.get("detail") or content.get("message") or content.get("Message") or "no explanation was given"
    if answer.status in (401, 403) and "detail" not in content:
        detail = f"The key was not accepted: {detail}. Make one with `countersign keys create --tenant ...`."
    return Problem(
        status=answer.status,
        code=str(content.get("type", "")).rpartition(":")[2] or "http-error",
        detail=detail,
        field=content.get("field"),
        retry_after_s=float(wait) if wait.isdigit() else None,
    )
