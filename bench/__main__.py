"""`python -m bench`: measure everything, print it as tables, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.latencies import LATENCIES_MS, parsed
from bench.report import Failure, Section, document
from bench.sections import PARTS, Options, sections

RESULTS = Path(__file__).parent / "RESULTS.md"
EPILOG = """\
examples:
  python -m bench                                         everything; about ten minutes
  python -m bench --requests 5000                         the same, with a short look at memory
  python -m bench --only flows --runs 3                   the flows alone
  python -m bench --latency rekognition:IndexFaces=300    with another latency than the usual
"""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and with it what was started
    options = _options()
    done: list[Section | Failure] = []
    for section in sections(options, _say):
        done.append(section)
        print(f"\n{section.plain()}\n", flush=True)
    if not options.only:
        RESULTS.write_text(document(done, _command(), _about()))
        _say(f"written to {RESULTS}")
    if failed := [one.part for one in done if isinstance(one, Failure)]:
        sys.exit(f"not measured: {', '.join(failed)}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _command() -> str:
    return " ".join(["python -m bench", *sys.argv[1:]])


def _options() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Countersign against a scripted sandbox with injected latencies.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=PARTS,
        metavar="PART",
        help=f"one of {', '.join(PARTS)}; may be given several times",
    )
    parser.add_argument("--runs", type=int, default=9, help="how often each flow runs; the median counts (9)")
    parser.add_argument(
        "--latency",
        action="append",
        type=parsed,
        default=[],
        metavar="SERVICE:OPERATION=MS",
        help="another latency than the usual; may be given several times",
    )
    parser.add_argument("--requests", type=int, default=100_000, help="after which memory is looked at (100000)")
    given = parser.parse_args()
    return Options(
        latencies={**dict(given.latency), **LATENCIES_MS, **dict(given.latency)},
        runs=given.runs,
        requests=given.requests,
        only=tuple(given.only),
    )


def _about() -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        f"Last run {today}: Python {platform.python_version()}, {platform.system()} on {os.cpu_count()} processors "
        f"({platform.machine()}). AWS is the sandbox in scripted mode, over HTTP, with the latencies below. Absolute "
        "times differ from machine to machine; compare what stands in one table."
    )


if __name__ == "__main__":
    main()
