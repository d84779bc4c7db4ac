"""The checks. To add one: drop its module here and name it in `BUILT_IN`; nothing else changes."""

from __future__ import annotations

from chalicelib.checks import pose
from chalicelib.model.plugins import Check, check_of

BUILT_IN = (pose,)


def built_in_checks() -> dict[str, Check]:
    """By name, in the order of the table."""
    return {check.name: check for check in map(check_of, BUILT_IN)}
