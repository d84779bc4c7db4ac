"""`python -m sandbox`: AWS on this machine."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

DESCRIPTION = "A stand-in for AWS on this machine, with real computer vision."
EPILOG = """\
DynamoDB, S3, SQS, API Gateway, IAM and the rest are moto's. Rekognition's faces and Textract's AnalyzeID are played
here: they really look at the pictures. boto3 reaches it all with

  AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-west-1

examples:
  python -m sandbox                                      starts empty, forgets everything when it stops
  python -m sandbox --state .countersign/sandbox         goes on where it stopped
  python -m sandbox --scripted --latency rekognition:DetectFaces=250 --latency 'dynamodb:*=8'
                                                         for measurements: pictures say themselves what they show

Faults, the journal of calls and liveness results are under http://127.0.0.1:5000/sandbox/. sandbox/README.md tells of
them, and says where this is not AWS.
"""


def main() -> None:
    options = _options()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    try:
        _serve(options)
    except (OSError, ValueError) as error:
        sys.exit(f"sandbox: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=5000, help="port on 127.0.0.1; 0 takes any free one (5000)")
    parser.add_argument("--port-file", type=Path, metavar="FILE", help="write the port into this file once it is bound")
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="keep DynamoDB, S3, SQS and collections in this folder"
    )
    parser.add_argument("--scripted", action="store_true", help="look at no pixels: pictures say what they show")
    parser.add_argument(
        "--latency",
        action="append",
        default=[],
        metavar="SERVICE:OPERATION=MS",
        help="delay these calls by so many milliseconds; * matches anything; may be given several times",
    )
    return parser.parse_args()


def _serve(options: argparse.Namespace) -> None:
    """Raises OSError (the port is taken) and ValueError (a latency or the state cannot be read)."""
    # moto alone takes a second to import: `--help` and mistakes are answered before that.
    from sandbox.assembly import assemble, readers  # noqa: PLC0415
    from sandbox.faults import latency_rule  # noqa: PLC0415
    from sandbox.server import bind  # noqa: PLC0415
    from sandbox.state import State  # noqa: PLC0415

    eyes = readers(scripted=options.scripted)
    sandbox = assemble(eyes, [latency_rule(given) for given in options.latency])
    state = State(options.state, sandbox.parts) if options.state else None
    if state:
        state.load()
    server = bind(options.port, sandbox.application)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=eyes.warm_up, daemon=True).start()
    gc.callbacks.append(_keep_what_is_held)
    if options.port_file:
        options.port_file.write_text(str(server.server_port))
    print(f"sandbox ready on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
    if state:
        state.save()


def _keep_what_is_held(phase: str, info: Mapping[str, int]) -> None:
    """What has survived a whole collection is not looked at again: with all that the sandbox comes to hold, each would
    stop everybody for longer than a client waits.
    """
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


if __name__ == "__main__":
    main()
