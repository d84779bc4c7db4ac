"""AWS answered from memory at botocore's edge: what it answered once it answers again, and no packet leaves.

Everything above is real: clients, serialisation, signing and parsing. Below, urllib3 and its connections are left out.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

_Answer = tuple[int, Any, bytes]  # status, headers, content


class Replay:
    """Thread-safe enough: what is recorded is recorded before it is replayed.

    A request whose operation and content were seen is answered as then; one with other content as the operation's
    latest, which is right for writes, whose answers say nothing.
    """

    def __init__(self, clients: Iterable[Any]) -> None:
        self._session = URLLib3Session()
        self._known: dict[tuple[str, str], _Answer] = {}
        self._latest: dict[str, _Answer] = {}
        self._recording = True
        for client in clients:
            client.meta.events.register("before-send", self._answer)

    def begin(self) -> None:
        """From now on nothing is asked of AWS any more."""
        self._recording = False

    def _answer(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        """botocore takes what such a handler returns as the answer, and sends nothing."""
        key = event_name, _digest(request)
        if self._recording:
            answer = self._ask(request)
            self._known[key] = self._latest[event_name] = answer
        else:
            answer = self._known.get(key) or self._latest[event_name]
        status, headers, content = answer
        return AWSResponse(request.url, status, headers, _Content(content))

    def _ask(self, request: AWSPreparedRequest) -> _Answer:
        answer = self._session.send(request)
        return answer.status_code, answer.headers, answer.content


class _Content(io.BytesIO):
    """As urllib3's body of an answer."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while part := self.read(65536):
            yield part


def _digest(request: AWSPreparedRequest) -> str:
    content = request.body or b""
    if not isinstance(content, str | bytes | bytearray):
        content = content.read()
        request.reset_stream()
    content = content.encode() if isinstance(content, str) else bytes(content)
    return hashlib.sha256(f"{request.method} {request.url} ".encode() + content).hexdigest()
