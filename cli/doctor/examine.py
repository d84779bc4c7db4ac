"""From all that is held to what is wrong: everything once, then a second look at the suspects alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import islice

from cli.doctor.collect import Progress, collect
from cli.doctor.diagnose import Finding, Kind, Rules, diagnose
from cli.doctor.estate import Estate
from cli.doctor.holdings import Holdings

_USERS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Case:
    """A user with findings, and what was held when they were made."""

    held: Holdings
    findings: tuple[Finding, ...]


def survey(estate: Estate, rules: Rules, progress: Progress) -> Iterator[Case]:
    """Every user that looks wrong at first sight: the three places were not read at one moment."""
    held = collect(estate, progress).holdings(estate.roster)
    while some := list(islice(held, _USERS_AT_ONCE)):
        for one in estate.decided(some):
            progress("users", 1)
            if findings := tuple(diagnose(one, rules)):
                yield Case(one, findings)


def confirm(suspects: Iterable[Case], estate: Estate, rules: Callable[[], Rules]) -> Iterator[Case]:
    """Those of the suspects in whom a second look finds what the first did. `rules` are made anew for each."""
    for suspect in suspects:
        held = estate.look(suspect.held)
        findings = diagnose(held, rules()) if held else ()
        if confirmed := tuple(finding for finding in findings if finding in suspect.findings):
            yield Case(held or suspect.held, confirmed)


def missing_collections(estate: Estate, wanted: Set[str]) -> list[Finding]:
    """Those that the policy asks for and that are not there."""
    return [Finding(Kind.COLLECTION_MISSING, "", name) for name in sorted(wanted - estate.model_versions.keys())]


def extra_collections(estate: Estate, wanted: Set[str]) -> list[Finding]:
    """Those that are there and that the policy does not ask for."""
    return [Finding(Kind.COLLECTION_EXTRA, "", name) for name in sorted(estate.model_versions.keys() - wanted)]
