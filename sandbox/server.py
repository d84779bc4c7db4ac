"""The HTTP server: a thread per connection, connections kept open, every request's body read before it is answered."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.application import Application
from sandbox.errors import HangUpError

Headers: TypeAlias = list[tuple[str, str]]
HOST = "127.0.0.1"
_log = logging.getLogger(__name__)


def bind(port: int, application: Application) -> BaseWSGIServer:
    """A server on 127.0.0.1; port 0 takes any free one. Raises OSError when the port is taken."""
    return make_server(HOST, port, application, threaded=True, request_handler=_Handler)


class _Handler(MotoRequestHandler):
    """moto's handler, which keeps S3's metadata headers as they are; werkzeug's own would close each connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with Nagle's algorithm on, each answer would wait some 40 ms
    wbufsize = -1  # headers and body leave in one packet

    def handle_expect_100(self) -> bool:
        """Let S3's clients send the body now: left in the buffer, this would cost each upload a second."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        body = self._read_body(environ)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        answer: list[Any] = []
        content: list[bytes] = []

        def start_response(status: str, headers: Headers, _: object = None) -> Callable[[bytes], object]:
            answer[:] = status, headers
            return content.append

        try:
            content.extend(self.server.app(environ, start_response))
        except HangUpError:
            self.close_connection = True
            return
        except Exception:
            _log.exception("%s %s failed", self.command, self.path)
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"")
            return
        status, headers = answer
        self._send(HTTPStatus(int(status.split(maxsplit=1)[0])), headers, b"".join(content))

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):  # sent in chunks, which werkzeug has put together
            return bytes(environ["wsgi.input"].read())
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, status: HTTPStatus, headers: Headers, content: bytes) -> None:
        self.send_response(status)
        names = set()
        for name, value in headers:
            self.send_header(name, value)
            names.add(name.lower())
        if "content-length" not in names and status >= HTTPStatus.OK and status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_request(self, *_: object) -> None:
        """The journal knows."""
