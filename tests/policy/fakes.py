"""Plugins made up for the tests of the policy language, which must not depend on what the real ones say."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType
from typing import Annotated, Any

from chalicelib.errors import PolicyError
from chalicelib.model.change import Effect, Phase
from chalicelib.model.findings import Finding, passed
from chalicelib.model.plugins import Choices, Flag, Number, Plugins, check_of, signal_of
from chalicelib.model.policy import Policy
from chalicelib.policy.load import load_policy


@dataclass(frozen=True, slots=True)
class Turned:
    max_yaw_deg: Annotated[float, Number("degrees", 0, 180, "turn to a side")] = 30


@dataclass(frozen=True, slots=True)
class Count:
    min_faces: Annotated[int, Number("faces", 1, 100, "fewest faces")] = 1
    max_faces: Annotated[int, Number("faces", 1, 100, "most faces")] = 1


@dataclass(frozen=True, slots=True)
class Match:
    Threshold: Annotated[float, Number("percent", 0, 100, "similarity from which it is one person")] = 97


@dataclass(frozen=True, slots=True)
class Document:
    kinds: Annotated[tuple[str, ...], Choices("accepted kinds", ("PASSPORT", "LICENCE"))] = ("PASSPORT",)
    words: Annotated[tuple[str, ...], Choices("any words")] = ()
    required: Annotated[bool, Flag("whether it must be there")] = True


@dataclass(frozen=True, slots=True)
class Strict:
    pin: Annotated[int, Number("", 0, 9999, "must be given, and even")]

    def __post_init__(self) -> None:
        if self.pin % 2:
            raise ValueError("the pin must be even")


def faces(_request: object) -> int:
    """Faces."""
    return 1


def _judge(parameters: object, *, faces: int) -> Finding:
    return passed(faces)


def _module(name: str, parameters: type) -> ModuleType:
    module: Any = ModuleType(name)
    module.__doc__ = f"The check {name}."
    module.READS, module.REASONS, module.Parameters, module.judge = "a field", {"bad": "Try again."}, parameters, _judge
    made: ModuleType = module
    return made


def _effect(name: str, phase: Phase) -> Effect:
    return Effect(name, f"The effect {name}.", phase, lambda _ports, _change, _material, draft: draft, lambda *_: None)


CHECKS = {"pose": Turned, "face_count": Count, "match": Match, "twin": Match, "document": Document, "strict": Strict}
EFFECTS = {"store": Phase.BEFORE, "save": Phase.COMMIT, "touch": Phase.COMMIT, "retire": Phase.AFTER}
PLUGINS = Plugins(
    {name: check_of(_module(name, parameters)) for name, parameters in CHECKS.items()},
    {"faces": signal_of(faces)},
    {name: _effect(name, phase) for name, phase in EFFECTS.items()},
)

BASE = """
    policy: base
    limits: {max_failures: 7}
    flows:
      register:
        steps:
          - check: face_count
          - check: pose
          - any_of:
              - check: match
              - check: twin
            id: same_face
          - check: document
            id: card
        effects: [store, save]
    """


def load(**files: str) -> Policy:
    """The policy `acme` out of these files, each given without its `.yaml`."""
    texts = {name: dedent(text) for name, text in files.items()}
    return load_policy("acme", texts.get, PLUGINS)


def problems(**files: str) -> list[str]:
    """What is wrong with the policy `acme`; empty when nothing is."""
    try:
        load(**files)
    except PolicyError as error:
        return [str(problem) for problem in error.problems]
    return []
