"""`python -m sandbox`: AWS on this machine."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path

DESCRIPTION = "A stand-in for AWS on this machine, with real computer vision."
EPILOG = """\
DynamoDB, S3, SQS, API Gateway, IAM and the rest are moto's. Rekognition's faces and Textract's AnalyzeID are played
here: they really look at the pictures. boto3 reaches it all with

  AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-west-1

Faults, latencies, the journal of calls and liveness results are under http://127.0.0.1:5000/sandbox/ (see
sandbox/README.md, which also says where this is not AWS).
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=5000, help="port on 127.0.0.1; 0 takes any free one (5000)")
    parser.add_argument("--port-file", type=Path, help="write the port into this file once it is bound")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    # moto alone takes a second to import: `--help` and mistakes are answered before that.
    from sandbox.assembly import assemble  # noqa: PLC0415
    from sandbox.documents import analyze_id  # noqa: PLC0415
    from sandbox.server import bind  # noqa: PLC0415
    from sandbox.vision.engine import FaceEngine  # noqa: PLC0415

    engine = FaceEngine()
    server = bind(options.port, assemble(engine, analyze_id, []))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=engine.warm_up, daemon=True).start()
    if options.port_file:
        options.port_file.write_text(str(server.server_port))
    print(f"sandbox ready on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
