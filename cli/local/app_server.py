"""The Chalice app as a process of its own: `python -m cli.local.app_server --port N --port-file F`.

It is Chalice's own local gateway, with threads and without the delay of small packets: by default each answer is
written in pieces that wait for each other (about 40 ms). For unknown paths and when the authorizer itself fails it
answers as terraform/api.tf has API Gateway answer, and its log names no user.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    LocalDevServer,
    LocalGateway,
    LocalGatewayException,
    RouteMatcher,
    create_local_server,
)

from cli.local.processes import HOST, PROJECT

_LAMBDA_TIMEOUT_S = 29  # API Gateway waits no longer
_PROBLEM_HEADERS = {"Content-Type": "application/problem+json"}
_WHOSE = re.compile(r"(?<=/v1/)([^/? ]+)[/?][^ ]*")  # behind a resource's name comes whose or which it is
Handle = Callable[..., Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the Chalice app; its environment says where AWS is.")
    parser.add_argument("--port", type=int, required=True, help="0 takes any free one")
    parser.add_argument("--port-file", type=Path, required=True, help="the port is written here once it listens")
    arguments = parser.parse_args()
    server = _make_server(arguments.port)
    arguments.port_file.write_text(str(server.server.server_address[1]))
    server.serve_forever()


def _make_server(port: int) -> LocalDevServer:
    sys.path.insert(0, str(PROJECT))
    from app import app  # noqa: PLC0415 - the app is found only now

    ChaliceRequestHandler.disable_nagle_algorithm = True
    ChaliceRequestHandler.wbufsize = -1
    ChaliceRequestHandler.log_message = _log
    answer = _as_api_gateway(LocalGateway.handle_request, RouteMatcher(list(app.routes)))
    LocalGateway.handle_request = answer  # type: ignore[method-assign]
    return create_local_server(app, Config.create(lambda_timeout=_LAMBDA_TIMEOUT_S), HOST, port)


def _as_api_gateway(handle: Handle, routes: RouteMatcher) -> Handle:
    """Chalice would send back the credential for an unknown path, and drop the connection for a failed authorizer."""

    @functools.wraps(handle)
    def answer(gateway: LocalGateway, **request: Any) -> Any:
        try:
            routes.match_route(request["path"])
        except ValueError:
            return _problem(404, "not-found", "There is no such path, or not with this method.")
        try:
            return handle(gateway, **request)
        except LocalGatewayException:
            raise
        except Exception as error:
            sys.stderr.write(f"the authorizer failed: {type(error).__name__}\n")
            detail = "The request could not be finished; nothing was approved. Try again later."
            return _problem(503, "unavailable", detail) | {"headers": {**_PROBLEM_HEADERS, "Retry-After": "2"}}

    return answer


def _problem(status: int, code: str, detail: str) -> dict[str, Any]:
    title = code.replace("-", " ").capitalize()
    body = {"type": f"urn:countersign:problem:{code}", "title": title, "status": status, "detail": detail}
    return {"statusCode": status, "headers": _PROBLEM_HEADERS, "multiValueHeaders": {}, "body": json.dumps(body)}


def _log(_handler: ChaliceRequestHandler, text: str, *parts: object) -> None:
    """A line for each request, as API Gateway's access log has it: the resource, not whose."""
    sys.stderr.write(_WHOSE.sub(r"\1/...", text % parts) + "\n")


if __name__ == "__main__":
    main()
