"""Coverage-guided fuzzing of what reads bytes from outside: `python -m fuzz.inputs --seconds 300`.

Atheris (libFuzzer) if it is installed, which `make fuzz-inputs` tries; it has builds for some Pythons and systems only.
Without it a plain search, guided by nothing but chance, which says so. Whatever crashes or hangs is kept in a file, and
the exit code is then not 0.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fuzz.targets import TARGETS, mutated

_SLOW_S = 10  # a hang
_TELL_EVERY_S = 15
_SLOWEST = "slowest so far: {:.3f} s"
_TOLD = (
    (r"number_of_executed_units: (\d+)", "inputs"),
    (r" cov: (\d+)", "edges"),
    (r" ft: (\d+)", "features"),
    (r" corp: (\d+)", "kept"),
    (r"slowest so far: ([\d.]+)", "s for the slowest"),
    (r"peak_rss_mb: *(\d+)", "MB at most"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append", help="this one alone; may come again")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # libFuzzer ends its process
    arguments = parser.parse_args()
    names = arguments.target or sorted(TARGETS)
    try:
        import atheris  # noqa: PLC0415 - not everybody can install it
    except ImportError:
        print("atheris is not installed: the search is not guided by coverage", file=sys.stderr)
        return _search(arguments.seconds, names)
    if arguments.here:
        return _guided(atheris, names[0], arguments.seconds)
    return max([_watched(name, arguments.seconds) for name in names])


def _search(seconds: int, names: list[str]) -> int:
    """Every defect is raised with its input in a file; 0 when there was none."""
    for name in names:
        target, chance, tries, attempt = TARGETS[name], random.Random(0), 0, Attempt(name)  # noqa: S311 - repeatable on purpose
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            attempt(mutated(chance.choice(target.seeds), chance.randbytes(chance.randint(0, 64)), chance))
            tries += 1
        print(f"{name}: {tries:,} inputs in {seconds} s, no crash, no hang")
    return 0


class Attempt:
    """Let the target read bytes; what it raises is raised, with its input in a file. Tells of the slowest ones."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._slowest_s = 0.0

    def __call__(self, content: bytes) -> None:
        started_s = time.perf_counter()
        try:
            TARGETS[self._name].read(content)
            took_s = time.perf_counter() - started_s
            if took_s > _SLOW_S:
                raise TimeoutError(f"more than {_SLOW_S} s")
        except Exception:
            kept = Path(tempfile.gettempdir()) / f"countersign-fuzz-{self._name}"
            kept.write_bytes(content)
            print(f"the input is in {kept}", file=sys.stderr)
            raise
        if took_s > self._slowest_s:
            self._slowest_s = took_s
            print(_SLOWEST.format(took_s), file=sys.stderr)


def _guided(atheris: Any, name: str, seconds: int) -> int:
    """Never returns: libFuzzer ends the process, with what it did on stderr. What hangs it ends too."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, seed in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(seed)
        words.write_text("".join(f"{_quoted(word)}\n" for word in sorted(target.words)))
        atheris.instrument_all()
        limits = [f"-max_total_time={seconds}", f"-timeout={_SLOW_S}", f"-artifact_prefix={tempfile.gettempdir()}/"]
        options = [sys.argv[0], str(corpus), f"-dict={words}", "-print_final_stats=1", *limits]
        atheris.Setup(options, Attempt(name))
        atheris.Fuzz()
    return 0


def _quoted(word: str) -> str:
    """As libFuzzer's dictionaries have it: https://llvm.org/docs/LibFuzzer.html#dictionaries"""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _watched(name: str, seconds: int) -> int:
    """Run one target in a process of its own, tell how it goes, and sum it up; its exit code."""
    command = [sys.executable, "-m", "fuzz.inputs", "--here", "--seconds", str(seconds), "--target", name]
    seen, told_s = [], time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stderr or ():
            seen.append(line)
            if line.startswith("#") and time.monotonic() - told_s > _TELL_EVERY_S:
                told_s = time.monotonic()
                print(f"{name}: {line.rstrip()[:120]}", flush=True)
    output = "".join(seen)
    print(summary(name, output), flush=True)
    if process.returncode:
        print(output[-4000:], file=sys.stderr)
    return process.returncode


def summary(name: str, output: str) -> str:
    """One line of what libFuzzer and `Attempt` said on stderr: of each kind the last that they said."""
    told = (f"{(re.findall(pattern, output) or ['?'])[-1]} {what}" for pattern, what in _TOLD)
    defects = len(re.findall("the input is in|ERROR: libFuzzer", output))
    return f"{name}: {', '.join(told)}; {defects} crashes and hangs"


if __name__ == "__main__":
    raise SystemExit(main())
