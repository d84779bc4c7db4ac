"""An HTTP response."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Response:
    """Status, body and headers; the server adds the length."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, answer: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
        return cls(status, json.dumps(answer).encode(), {"Content-Type": "application/json"})
