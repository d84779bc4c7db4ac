"""The checks. To add one: drop its module here and name it in `BUILT_IN`; nothing else changes.

An installed package adds checks through the entry-point group `countersign.checks`: each entry point names a module
of the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from chalicelib.checks import (
    blocklist,
    brightness,
    collection_match,
    document_not_expired,
    document_type,
    duplicate_face,
    eyes_open,
    face_count,
    face_occluded,
    face_size,
    id_face_match,
    liveness,
    minimum_age,
    mrz_consistent,
    name_match,
    pose,
    required_fields,
    sharpness,
    stored_face_match,
    sunglasses,
)
from chalicelib.model.plugins import Check, check_of

BUILT_IN = (
    face_count,
    face_size,
    pose,
    sunglasses,
    face_occluded,
    eyes_open,
    brightness,
    sharpness,
    blocklist,
    duplicate_face,
    collection_match,
    stored_face_match,
    liveness,
    id_face_match,
    document_type,
    document_not_expired,
    minimum_age,
    required_fields,
    mrz_consistent,
    name_match,
)
ENTRY_POINT_GROUP = "countersign.checks"


def built_in_checks() -> dict[str, Check]:
    """By name, in the order of the table."""
    return _by_name(BUILT_IN)


def installed_checks() -> dict[str, Check]:
    """Those of installed packages, by name. Raises like `all_checks`."""
    return _by_name(_installed_modules())


def all_checks() -> dict[str, Check]:
    """Built-in and installed ones, by name.

    Raises:
        ValueError: two checks have the same name.
        TypeError: an entry point does not name a module with a check's parts.
    """
    return _by_name((*BUILT_IN, *_installed_modules()))


def _installed_modules() -> Iterator[ModuleType]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - the authorizer's cold start need not pay for it

    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        module = entry_point.load()
        if not isinstance(module, ModuleType):
            raise TypeError(
                f"entry point {entry_point.name!r} of {ENTRY_POINT_GROUP} names {entry_point.value!r}, "
                "which is not a module; point it at the check's module"
            )
        yield module


def _by_name(modules: Iterable[ModuleType]) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    origins: dict[str, str] = {}
    for module in modules:
        check = check_of(module)
        if check.name in checks:
            raise ValueError(
                f"two checks are named {check.name!r}: {origins[check.name]} and {module.__name__}; rename one module"
            )
        checks[check.name], origins[check.name] = check, module.__name__
    return checks
