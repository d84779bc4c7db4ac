"""What reads bytes from outside: pictures, bodies and policies, each with good ones to begin from."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image as Pillow

from chalicelib.errors import BadRequestError, PolicyError
from chalicelib.model.images import ImageRejectedError, read_image
from chalicelib.policy.load import Loader
from chalicelib.policy.schema import schema
from chalicelib.routes.body import consent, read_object
from chalicelib.texts import properties
from chalicelib.wiring import Services
from cli.local.processes import PROJECT


@dataclass(frozen=True, slots=True)
class Target:
    """`read` says whether the bytes were taken; what it raises is a defect.

    `seeds` are good ones to begin from, `words` what good ones are made of.
    """

    read: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]
    words: frozenset[str] = frozenset()


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
    loader = Loader(Services({}).plugins)
    baseline = (PROJECT / "policies" / "baseline.yaml").read_text()

    def read(content: bytes) -> bool:
        text = content.decode("utf-8", "replace")
        try:
            loader.load("fuzzed", {"baseline": baseline, "fuzzed": text}.get)
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


def _policy_words() -> frozenset[str]:
    """What the policy language is made of: the names of its keys and values, and of checks and effects."""
    plugins = Services({}).plugins
    return frozenset(_texts(schema(plugins))) | plugins.checks.keys() | plugins.effects.keys() | {"extends: baseline"}


def _texts(node: object) -> Iterator[str]:
    """The names of all properties, and the values that are allowed, anywhere in a JSON Schema."""
    if isinstance(node, dict):
        yield from node.get("properties", ())
        yield from (value for value in node.get("enum", ()) if isinstance(value, str))
        for below in node.values():
            yield from _texts(below)
    elif isinstance(node, list):
        for below in node:
            yield from _texts(below)


def _policies() -> tuple[bytes, ...]:
    examples = (PROJECT / "policies" / f"{name}.yaml" for name in ("acme", "globex"))
    return (_POLICY, *(example.read_bytes().replace(example.stem.encode(), b"fuzzed") for example in examples))


TARGETS: Mapping[str, Target] = {
    "picture": Target(
        _read_picture,
        (_picture("JPEG"), _picture("JPEG", progressive=True), _picture("PNG")),
        frozenset({"IHDR", "IDAT", "IEND", "PLTE", "eXIf", "JFIF", "Exif"}),
    ),
    "body": Target(_read_body, (_BODY,), frozenset({"given", "given_at", "version", "NaN", "\\ud800", "\\u0000"})),
    "policy": Target(_policy_reader(), _policies(), _policy_words()),
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
