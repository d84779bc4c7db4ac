"""A tenant's policy, validated and frozen. Built by `chalicelib.policy`, read by everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Execution(StrEnum):
    FASTEST = "fastest"  # signals side by side
    CHEAPEST = "cheapest"  # stop paying at the first deny
    SPECULATIVE = "speculative"  # as fastest, and the effects before the commit beside them


class Disclosure(StrEnum):
    """What the answer to a submission, which the applicant may get to see, tells beside the decision."""

    FULL = "full"  # reasons, and every finding without scores
    CODES = "codes"  # the reasons
    NONE = "none"


class WhileDeferred(StrEnum):
    """Whether a user whose registration has deferred steps open may authenticate."""

    ALLOW = "allow"
    REFUSE = "refuse"


class Consequence(StrEnum):
    """What a failed or inconclusive step does to the decision."""

    DENY = "deny"
    REVIEW = "review"
    WARN = "warn"  # only for `on_fail`


@dataclass(frozen=True, slots=True)
class Step:
    """One check with its parameters. `parameters` is an instance of the check's own Parameters dataclass.

    `defer`: it is judged after the answer, on what was stored.
    """

    id: str
    check: str
    parameters: object
    on_fail: Consequence = Consequence.DENY
    on_inconclusive: Consequence = Consequence.DENY
    defer: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives: the first branch that passes is enough; an empty one can never pass."""

    id: str
    branches: tuple[Step, ...]
    on_fail: Consequence = Consequence.DENY
    on_inconclusive: Consequence = Consequence.DENY
    defer: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """The first failing step gives the reason; the effects run in order after an approval."""

    name: str
    steps: tuple[Step | AnyOf, ...]
    effects: tuple[str, ...] = ()

    def at_once(self) -> Flow:
        """What is judged before the answer."""
        return replace(self, steps=tuple(step for step in self.steps if not step.defer))

    def deferred(self) -> Flow:
        """What is judged after it; its effects have run by then."""
        later = tuple(replace(step, defer=False) for step in self.steps if step.defer)
        return Flow(self.name, later)


@dataclass(frozen=True, slots=True)
class Limits:
    """After `max_failures` denials of one user in one flow within the window, the user is locked out.

    NIST SP 800-63B section 5.2.2 asks for such a limit.
    """

    max_failures: int = 5
    window_minutes: int = 15
    lockout_minutes: int = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """Each from the day on which it was stored. Defaults: what is needed longest is kept longest.

    `faces_days` is three years, the longest that Illinois' BIPA (740 ILCS 14/15) lets a face be kept without contact.
    """

    images_days: int = 30
    fields_days: int = 365
    faces_days: int = 1095
    decisions_days: int = 365


@dataclass(frozen=True, slots=True)
class FaceStorage:
    """How many faces a user keeps, and over how many collections a tenant's faces are spread."""

    max_per_user: int = 3
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """`digest` is the SHA-256 of what was loaded, after `extends`: it names the policy in every decision.

    `shadow` names a candidate policy that is decided beside this one, without acting.
    """

    tenant: str
    digest: str
    execution: Execution
    limits: Limits
    retention: Retention
    faces: FaceStorage
    consent_required: bool
    flows: Mapping[str, Flow]
    disclose: Disclosure = Disclosure.FULL
    shadow: str | None = None
    while_deferred: WhileDeferred = WhileDeferred.REFUSE


def collection_names(tenant: str, shards: int) -> tuple[str, ...]:
    """A tenant's collections, without the environment's prefix. No two tenants share one: the last part is a number."""
    return tuple(f"{tenant}-{shard}" for shard in range(shards))
