"""Coverage-guided fuzzing of what reads bytes from outside: `python -m fuzz.inputs --seconds 300`.

Atheris (libFuzzer) if it is installed, which `make fuzz-inputs` tries; it has builds for some Pythons and systems only.
Without it a plain search, guided by nothing but chance, which says so.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from chalicelib.errors import BadRequestError, PolicyError
from chalicelib.model.images import ImageRejectedError, read_image
from chalicelib.policy.load import load_policy
from chalicelib.routes.body import consent, properties, read_object
from chalicelib.wiring import Services
from cli.local.processes import PROJECT

_SLOW_S = 10


@dataclass(frozen=True, slots=True)
class Target:
    """`read` says whether the bytes were taken; what it raises is a defect. `seeds` are good ones to begin from."""

    read: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]


def _read_picture(content: bytes) -> bool:
    """What was taken is taken again, and is the same: nothing is left of what should be gone."""
    try:
        image = read_image(content)
    except ImageRejectedError:
        return False
    if read_image(image.content) != image:
        raise AssertionError("a cleaned picture is cleaned again")
    return True


def _read_body(content: bytes) -> bool:
    try:
        body = read_object(content, ("flow", "user_id", "properties", "consent"))
        properties(body)
        consent(body, datetime(2027, 1, 1, tzinfo=UTC))
    except BadRequestError:
        return False
    return True


def _policy_reader() -> Callable[[bytes], bool]:
    plugins = Services({}).plugins
    baseline = (PROJECT / "policies" / "baseline.yaml").read_text()

    def read(content: bytes) -> bool:
        text = content.decode("utf-8", "replace")
        try:
            load_policy("fuzzed", {"baseline": baseline, "fuzzed": text}.get, plugins)
        except PolicyError:
            return False
        return True

    return read


def _picture(file_format: str, **options: Any) -> bytes:
    buffer, exif = io.BytesIO(), Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (80, 96), "grey").save(buffer, file_format, exif=exif.tobytes(), **options)
    return buffer.getvalue()


_POLICY = b"""\
policy: fuzzed
extends: baseline
disclose: codes
limits: {max_failures: 3}
flows:
  register:
    adjust: {pose: {max_yaw_deg: 20}}
    disable: [eyes_open]
    insert: [{after: pose, check: minimum_age}]
  own:
    steps:
      - any_of: [{check: stored_face_match}, {check: collection_match}]
"""
_BODY = b'{"flow": "register", "user_id": "a", "properties": {"a": "b"}, "consent": {"version": "1"}}'

TARGETS: Mapping[str, Target] = {
    "picture": Target(_read_picture, (_picture("JPEG"), _picture("JPEG", progressive=True), _picture("PNG"))),
    "body": Target(_read_body, (_BODY,)),
    "policy": Target(
        _policy_reader(), (_POLICY, (PROJECT / "policies" / "acme.yaml").read_bytes().replace(b"acme", b"fuzzed"))
    ),
}


def mutated(seed: bytes, noise: bytes, chance: Any) -> bytes:
    """The seed with pieces cut out, doubled, moved or overwritten by noise."""
    content = bytearray(seed)
    for _ in range(chance.randint(0, 6)):
        start = chance.randint(0, len(content))
        end = min(len(content), start + chance.choice((1, 2, 4, 16, 200)))
        piece = bytes(content[start:end])
        replacement = chance.choice((b"", piece * 2, noise, bytes(len(piece)), b"\xff" * len(piece)))
        content[start:end] = replacement
    return bytes(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--target", choices=sorted(TARGETS), help="this one alone")
    arguments = parser.parse_args()
    try:
        import atheris  # noqa: PLC0415 - not everybody can install it
    except ImportError:
        print("atheris is not installed: the search is not guided by coverage", file=sys.stderr)
        return _search(arguments.seconds, [arguments.target] if arguments.target else sorted(TARGETS))
    if arguments.target is None:  # libFuzzer ends its process, so each target has one of its own
        command = [sys.executable, "-m", "fuzz.inputs", "--seconds", str(arguments.seconds), "--target"]
        return max(subprocess.run([*command, name], check=False).returncode for name in sorted(TARGETS))
    return _guided(atheris, arguments.target, arguments.seconds)


def _search(seconds: int, names: list[str]) -> int:
    """Every defect is raised with its input in a file; 0 when there was none."""
    for name in names:
        target, chance, tries = TARGETS[name], random.Random(0), 0  # noqa: S311 - repeatable on purpose
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            content = mutated(chance.choice(target.seeds), chance.randbytes(chance.randint(0, 64)), chance)
            _try(name, content)
            tries += 1
        print(f"{name}: {tries:,} inputs in {seconds} s, none crashed or took {_SLOW_S} s")
    return 0


def _try(name: str, content: bytes) -> None:
    started_s = time.perf_counter()
    try:
        TARGETS[name].read(content)
        if time.perf_counter() - started_s > _SLOW_S:
            raise TimeoutError(f"more than {_SLOW_S} s")
    except Exception:
        kept = Path(tempfile.gettempdir()) / f"countersign-fuzz-{name}"
        kept.write_bytes(content)
        print(f"the input is in {kept}", file=sys.stderr)
        raise


def _guided(atheris: Any, name: str, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(TARGETS[name].seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.instrument_all()
        options = [sys.argv[0], corpus, f"-max_total_time={seconds}", f"-timeout={_SLOW_S}"]
        atheris.Setup(options, lambda content: _try(name, content))
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
