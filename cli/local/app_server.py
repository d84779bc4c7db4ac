"""The Chalice app as a process of its own: `python -m cli.local.app_server --port N --port-file F`.

It is Chalice's own local gateway, with threads and without the delay of small packets: by default each answer is
written in pieces that wait for each other (about 40 ms).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalDevServer, create_local_server

from cli.local.processes import HOST, PROJECT

_LAMBDA_TIMEOUT_S = 29  # API Gateway waits no longer


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
    return create_local_server(app, Config.create(lambda_timeout=_LAMBDA_TIMEOUT_S), HOST, port)


if __name__ == "__main__":
    main()
