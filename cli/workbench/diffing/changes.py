"""The changes from one policy to another, each with its bearing on who is approved."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from chalicelib.model.plugins import Plugins, Stricter
from chalicelib.model.policy import Flow, Policy
from chalicelib.policy.load import Loaded
from chalicelib.policy.tree import entries, items
from cli.workbench.diffing.bearings import Bearing, Change, bearing, shown
from cli.workbench.diffing.steps import step_changes

# How each setting bears on who is approved; None: not at all. One that is not here is unclear.
_SETTINGS: Mapping[str, Stricter | None] = {
    "execution": None,
    "limits.max_failures": Stricter.LESS,
    "limits.window_minutes": Stricter.MORE,
    "limits.lockout_minutes": Stricter.MORE,
    "retention.images_days": None,
    "retention.fields_days": None,
    "retention.faces_days": None,
    "retention.decisions_days": None,
    "faces.max_per_user": Stricter.LESS,  # each is one more picture that a face can match
    "faces.shards": None,
    "consent_required": Stricter.MORE,
    "disclose": Stricter.MORE,
    "shadow": None,  # it only tells what the candidate would have decided
    "while_deferred": Stricter.MORE,
}
_LISTS = {"assert": "asserted", "silence": "silenced"}  # of the file; running functions take no notice of them


def compare(old: Loaded, new: Loaded, plugins: Plugins) -> list[Change]:
    """In the order of the policy: settings, then each flow."""
    return [*_settings(old.policy, new.policy), *_lists(old, new), *_flows(old.policy, new.policy, plugins)]


def _settings(old: Policy, new: Policy) -> Iterator[Change]:
    for (name, before), (_, after) in zip(_values(old), _values(new), strict=True):
        if before != after:
            yield Change("", f"{name}: {shown(before)} -> {shown(after)}", _setting_bearing(name, before, after))


def _values(policy: Policy) -> Iterator[tuple[str, Any]]:
    """Everything but the flows, by its path."""
    for part in dataclasses.fields(policy):
        value = getattr(policy, part.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from (
                (f"{part.name}.{inner.name}", getattr(value, inner.name)) for inner in dataclasses.fields(value)
            )
        elif part.name not in ("tenant", "digest", "flows"):
            yield part.name, value


def _setting_bearing(name: str, old: Any, new: Any) -> Bearing:
    if name not in _SETTINGS:
        return Bearing.UNCLEAR
    stricter = _SETTINGS[name]
    if stricter is None:
        return Bearing.NEITHER
    if isinstance(old, StrEnum):  # its members stand from the mildest to the strictest
        order = list(type(old))
        old, new = order.index(old), order.index(new)
    return bearing(old, new, stricter)


def _lists(old: Loaded, new: Loaded) -> Iterator[Change]:
    for key, word in _LISTS.items():
        before, after = _plain_items(old, key), _plain_items(new, key)
        yield from (Change("", f"no longer {word}: {each}", Bearing.UNCLEAR) for each in before if each not in after)
        yield from (Change("", f"{word}: {each}", Bearing.NEITHER) for each in after if each not in before)


def _plain_items(loaded: Loaded, key: str) -> list[str]:
    return [_one_line(item.plain()) for item in items(entries(loaded.tree).get(key))]


def _one_line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_one_line(inner)}" for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _flows(old: Policy, new: Policy, plugins: Plugins) -> Iterator[Change]:
    for name in dict.fromkeys((*old.flows, *new.flows)):
        if name not in new.flows:
            yield Change(name, "the flow is gone", Bearing.STRICTER)
        elif name not in old.flows:
            steps = ", ".join(step.id for step in new.flows[name].steps)
            yield Change(name, f"a new flow, a new way to be approved: {steps}", Bearing.LOOSER)
        else:
            before, after = old.flows[name], new.flows[name]
            yield from (Change(name, words, how) for words, how in step_changes(before.steps, after.steps, plugins))
            yield from (Change(name, words, Bearing.NEITHER) for words in _effect_words(before, after))


def _effect_words(old: Flow, new: Flow) -> Iterable[str]:
    gone = [name for name in old.effects if name not in new.effects]
    come = [name for name in new.effects if name not in old.effects]
    return [f"no longer writes: {name}" for name in gone] + [f"writes too: {name}" for name in come]
