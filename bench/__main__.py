"""`python -m bench`: measure everything, print it as tables, and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.latencies import LATENCIES_MS, parsed
from bench.report import Section, document
from bench.sections import Options, sections

RESULTS = Path(__file__).parent / "RESULTS.md"
EPILOG = """\
examples:
  python -m bench                                         everything; about five minutes
  python -m bench --only flows --runs 3                   the flows alone
  python -m bench --latency rekognition:IndexFaces=300    with another latency than the usual
"""


def main() -> None:
    options = _options()
    done: list[Section] = []
    for section in _shown(options):
        done.append(section)
    if not options.only:
        RESULTS.write_text(document(done, "make bench", _about()))
        print(f"\nwritten to {RESULTS}")


def _shown(options: Options) -> Iterator[Section]:
    for section in sections(options):
        print(f"\n{section.plain()}", flush=True)
        yield section


def _options() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Countersign against a scripted sandbox with injected latencies.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="flows, compute, cold-start ...")
    parser.add_argument("--runs", type=int, default=5, help="how often each flow runs; the median counts (5)")
    parser.add_argument(
        "--latency",
        action="append",
        type=parsed,
        default=[],
        metavar="SERVICE:OPERATION=MS",
        help="another latency than the usual; may be given several times",
    )
    given = parser.parse_args()
    return Options(
        latencies={**dict(given.latency), **LATENCIES_MS, **dict(given.latency)},
        runs=given.runs,
        only=tuple(given.only),
    )


def _about() -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        f"Last run {today}: Python {platform.python_version()} on {os.cpu_count()} processors. AWS is the sandbox in "
        "scripted mode, over HTTP, with the latencies below. Absolute times differ from machine to machine; compare "
        "what stands in one table."
    )


if __name__ == "__main__":
    main()
