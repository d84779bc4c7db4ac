"""What checks, signals and effects are: descriptions read off plain modules and functions.

A check is a module: its docstring's first line, `READS`, `REASONS`, a `Parameters` dataclass and `judge`.
A signal is a function. What either needs is told by the names of its keyword-only arguments.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, get_type_hints

from chalicelib.model.change import Effect
from chalicelib.model.findings import Finding


class Stricter(StrEnum):
    """Which change of a parameter lets fewer findings pass: more (a larger number, a longer list, true) or less.

    With `DEPENDS` either can. A kind without one has not said, which tools treat like a change for the looser.
    """

    MORE = "more"
    LESS = "less"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Number:
    """Annotation of a numeric parameter: `Annotated[float, Number("degrees", 0, 180, "...", Stricter.LESS)]`.

    `unit` "percent" means AWS's 0-100 scale, on which values at or below 1 are refused as a mistake.
    """

    unit: str
    minimum: float
    maximum: float
    text: str
    stricter: Stricter | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """Annotation of a `tuple[str, ...]` parameter: what its items may be (empty: any text) and what they mean."""

    text: str
    allowed: tuple[str, ...] = ()
    stricter: Stricter | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Annotation of a yes-or-no parameter."""

    text: str
    stricter: Stricter | None = None


Kind = Number | Choices | Flag


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a check, for the schema, the reference and the planner."""

    name: str
    kind: Kind
    type: type
    default: object

    @property
    def handed_to_aws(self) -> bool:
        """AWS's parameters keep AWS's names, which begin with a capital; ours never do."""
        return self.name[0].isupper()


@dataclass(frozen=True, slots=True)
class Check:
    """A check plugin. `needs` are the signals that `judge` takes, by name."""

    name: str
    summary: str
    reads: str
    reasons: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    make_parameters: Callable[..., object]
    judge: Callable[..., Finding]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing AWS (or the submission itself) can tell.

    `needs` must be read before; `uses` too, but only if something else in the plan asks for them.
    `inputs` are the fields of the request without which it cannot be read, unless one of `uses` is planned.
    `calls` are the AWS operations behind it ("rekognition:DetectFaces"), none for the submission's own.
    `recorded`: its value is kept in the decision log for replays, so it holds nothing that names a person.
    `scores`: it yields similarities or a liveness confidence, by which an attacker could tune an attack; what a check
    that needs it observes is never told to applicants.
    `once_made` reads the same off `made`, the draft of effects that are made beside the checks; see Effect.answers.
    """

    name: str
    summary: str
    read: Callable[..., object]
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    inputs: tuple[str, ...]
    calls: tuple[str, ...]
    recorded: bool = False
    scores: bool = False
    once_made: Signal | None = None

    @property
    def is_stored(self) -> bool:
        """It comes with the request or from the tenant's own table: nothing biometric is asked of AWS for it."""
        return all(call.startswith("dynamodb:") for call in self.calls)


@dataclass(frozen=True, slots=True)
class Plugins:
    """All checks, signals and effects there are, by name: what policies are validated against and run with."""

    checks: Mapping[str, Check]
    signals: Mapping[str, Signal]
    effects: Mapping[str, Effect]

    @property
    def scoring_checks(self) -> frozenset[str]:
        """The checks whose observed values are scores."""
        scores = {name for name, signal in self.signals.items() if signal.scores}
        return frozenset(name for name, check in self.checks.items() if scores.intersection(check.needs))


def closure(wanted: Iterable[str], signals: Mapping[str, Signal]) -> set[str]:
    """These signals, by name, and all that they need."""
    names: set[str] = set()
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            todo += signals[name].needs if name in signals else ()  # a lint tells of it
    return names


def check_of(module: ModuleType) -> Check:
    """Describe the check that `module` is. Raises TypeError when it lacks a part, naming it."""
    name = module.__name__.rpartition(".")[2]
    for part in ("READS", "REASONS", "Parameters", "judge"):
        if not hasattr(module, part):
            raise TypeError(f"check {name!r} ({module.__name__}) has no {part}")
    needs, uses = _keywords(module.judge)
    if uses or not needs:
        raise TypeError(f"check {name!r}: judge's keyword-only arguments name its signals and have no defaults")
    return Check(
        name=name,
        summary=inspect.cleandoc(module.__doc__ or "").partition("\n")[0],
        reads=module.READS,
        reasons=module.REASONS,
        parameters=tuple(_parameters(module.Parameters)),
        make_parameters=module.Parameters,
        judge=module.judge,
        needs=needs,
    )


def signal_of(
    read: Callable[..., object],
    *,
    inputs: tuple[str, ...] = (),
    calls: tuple[str, ...] = (),
    recorded: bool = False,
    scores: bool = False,
    once_made: Signal | None = None,
) -> Signal:
    """Describe the signal that `read` is; its name is the function's."""
    needs, uses = _keywords(read)
    return Signal(
        name=read.__name__,
        summary=inspect.cleandoc(read.__doc__ or "").partition("\n")[0],
        read=read,
        needs=needs,
        uses=uses,
        inputs=inputs,
        calls=calls,
        recorded=recorded,
        scores=scores,
        once_made=once_made,
    )


def _keywords(function: Callable[..., object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the keyword-only arguments: without a default, and with one."""
    arguments = [a for a in inspect.signature(function).parameters.values() if a.kind is a.KEYWORD_ONLY]
    needed = tuple(a.name for a in arguments if a.default is a.empty)
    return needed, tuple(a.name for a in arguments if a.default is not a.empty)


def _parameters(dataclass_type: Any) -> Iterator[Parameter]:
    hints = get_type_hints(dataclass_type, include_extras=True)
    for part in dataclasses.fields(dataclass_type):
        hint = hints[part.name]
        kinds = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Kind)]
        if len(kinds) != 1:
            raise TypeError(
                f"{dataclass_type.__qualname__}.{part.name} must be Annotated with one Number, Choices or Flag"
            )
        yield Parameter(part.name, kinds[0], hint.__origin__, part.default)
