"""The WSGI application: control under /sandbox, Rekognition and Textract played here, everything else moto's."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeAlias

from sandbox.call import Call, call_of
from sandbox.control import PREFIX, Control
from sandbox.errors import AwsError, HangUpError
from sandbox.faults import Faults, Rule
from sandbox.journal import Entry, Journal
from sandbox.mishaps import with_mishap
from sandbox.protocol import JsonProtocol, WrongAnswerError
from sandbox.refusal import refusal
from sandbox.rekognition import Operation
from sandbox.response import Response

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Wsgi: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]

WAITS_FOR_MESSAGES = "sqs"
JSON_1_1 = "application/x-amz-json-1.1"
_log = logging.getLogger(__name__)


class Application:
    """played: service -> operation -> what answers it."""

    def __init__(
        self,
        moto: Wsgi,
        played: Mapping[str, Mapping[str, Operation]],
        faults: Faults,
        journal: Journal,
        control: Control,
    ) -> None:
        self._moto = moto
        self._played = played
        self._protocols = {service: JsonProtocol(service) for service in played}
        self._faults = faults
        self._journal = journal
        self._control = control
        self._one_at_a_time: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            response = self._control.respond(environ["REQUEST_METHOD"], environ["PATH_INFO"], _body(environ))
        else:
            response = self._aws(environ)
        start_response(f"{response.status.value} {response.status.phrase}", list(response.headers.items()))
        return [response.body]

    def _aws(self, environ: Environ) -> Response:
        """Answer a call of AWS, with the faults that are due, and note it. Raises HangUpError."""
        call = call_of(environ)
        faults = self._faults.due(call.name)
        started_s, clock_s = time.time(), time.perf_counter()
        status, error_code = 0, None
        try:
            try:
                with _taking(sum(fault.takes_ms for fault in faults)):
                    response = self._answer(call, environ, faults)
            except AwsError as error:
                error_code, response = error.code, refusal(call.service, error)
            status = response.status.value
            return response
        finally:
            duration_ms = (time.perf_counter() - clock_s) * 1000
            kinds = tuple(fault.kind for fault in faults)
            self._journal.note(Entry(call.name, started_s, duration_ms, status, error_code, kinds))

    def _answer(self, call: Call, environ: Environ, faults: list[Rule]) -> Response:
        for fault in faults:
            fault.strike(call.service)
        if call.service in self._played:
            response = self._play(call, _body(environ), [fault.kind for fault in faults])
        else:
            response = self._ask_moto(call.service, environ)
        if any(fault.kind == "lost_answer" for fault in faults):
            raise HangUpError
        return response

    def _play(self, call: Call, body: bytes, kinds: list[str]) -> Response:
        protocol = self._protocols[call.service]
        parameters = protocol.read(call.operation, body)
        operation = self._played[call.service].get(call.operation)
        if operation is None:
            raise AwsError("UnknownOperationException", f"the sandbox does not play {call.name}")
        for kind in kinds:
            operation = with_mishap(kind, operation)
        try:
            answer = protocol.write(call.operation, operation(replace(call, parameters=parameters)))
        except AwsError:
            raise
        except Exception as error:
            _log.exception("%s failed in the sandbox itself", call.name)
            what = str(error) if isinstance(error, WrongAnswerError) else type(error).__name__
            raise AwsError("InternalServerError", f"a defect of the sandbox: {what}", 500) from error
        return Response(body=answer, headers={"Content-Type": JSON_1_1, "x-amzn-RequestId": str(uuid.uuid4())})

    def _ask_moto(self, service: str, environ: Environ) -> Response:
        """moto's answer. It is not made for threads: side by side, two conditional writes may both succeed. Only SQS
        may not be held up, because a receiver waits there for what another call sends."""
        received: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            received.append((status, headers))

        with nullcontext() if service == WAITS_FOR_MESSAGES else self._one_at_a_time[service]:
            body = b"".join(self._moto(environ, start_response))
        status, headers = received[-1]
        return Response(HTTPStatus(int(status.split(maxsplit=1)[0])), body, dict(headers))


@contextmanager
def _taking(latency_ms: float) -> Iterator[None]:
    """However it ends, it takes no less than this: what the sandbox does itself is part of it, as AWS's own work is."""
    until_s = time.perf_counter() + latency_ms / 1000
    try:
        yield
    finally:
        time.sleep(max(0.0, until_s - time.perf_counter()))


def _body(environ: Environ) -> bytes:
    return bytes(environ["wsgi.input"].read())
