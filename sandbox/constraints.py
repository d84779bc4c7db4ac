"""What botocore leaves to the service to check: the patterns, lengths, ranges and enumerations of its model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape


def violations(value: Any, shape: Shape) -> list[str]:
    """Each in AWS's words, e.g. "Value 'a b' at 'collectionId' failed to satisfy constraint: Member must ..."."""
    return list(_violations(value, shape, ""))


def _violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        members = shape.members  # type: ignore[attr-defined]
        for name, inner in value.items():
            if name in members:
                yield from _violations(inner, members[name], _join(path, name[0].lower() + name[1:]))
            else:
                yield f"{_join(path, name)} is not a member of {shape.name}"
        return
    if shape.type_name == "list" and isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            member = shape.member  # type: ignore[attr-defined]
            yield from _violations(inner, member, _join(path, f"{number}.member"))
    for constraint in _broken(value, shape):
        yield f"Value {_shown(value)} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _broken(value: Any, shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    if isinstance(value, str):
        enumeration = getattr(shape, "enum", [])
        if enumeration and value not in enumeration:
            yield f"satisfy enum value set: {enumeration}"
        if "pattern" in limits and not re.fullmatch(_python_pattern(limits["pattern"]), value):
            yield f"satisfy regular expression pattern: {limits['pattern']}"
    if isinstance(value, str | list | dict):  # the length of blobs has an error of its own: ImageTooLargeException
        if len(value) < limits.get("min", 0):
            yield f"have length greater than or equal to {limits['min']}"
        if len(value) > limits.get("max", len(value)):
            yield f"have length less than or equal to {limits['max']}"
    elif isinstance(value, int | float):
        if value < limits.get("min", value):
            yield f"have value greater than or equal to {limits['min']}"
        if value > limits.get("max", value):
            yield f"have value less than or equal to {limits['max']}"


def _python_pattern(pattern: str) -> str:
    """Python's expressions have no Unicode properties; these three stand together wherever the models use them."""
    return pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
