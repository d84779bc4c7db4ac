"""A whole visit to a tenant: missing collections, users, blocks, reviews, collections too many.

Repairs follow each finding at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from chalicelib.model.block import Block
from chalicelib.model.policy import Policy
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits
from chalicelib.store.roster import Roster
from chalicelib.wiring import Services
from cli.doctor.blocks import diagnose_blocks
from cli.doctor.collect import Progress
from cli.doctor.diagnose import Finding, Rules
from cli.doctor.estate import Estate, find_collections
from cli.doctor.examine import Case, confirm, extra_collections, missing_collections, survey
from cli.doctor.holdings import Holdings
from cli.doctor.reindex import Reindexing
from cli.doctor.repair import Surgery, treat
from cli.doctor.results import Result
from cli.doctor.reviews import diagnose_reviews

_NOBODY = Case(Holdings(""), ())


def visit(
    services: Services, tenant: str, options: frozenset[str], progress: Progress, pause: Callable[[], None]
) -> Iterator[Result]:
    """`options`: see `cli.doctor.repair`. `pause` is called before suspects are looked at again.

    Raises AwsError: not all could be looked at.
    """
    policy = services.tenant(tenant).policy()
    wanted = set(services.tenant(tenant).collections(policy))
    estate = estate_of(services, tenant)
    for finding in missing_collections(estate, wanted):
        yield treat(_NOBODY, finding, _surgery(services, estate, options))
    estate = estate_of(services, tenant)  # with the collections that were made
    surgery = _surgery(services, estate, options)

    def rules() -> Rules:
        return rules_of(policy, estate, services.tenant(tenant).blocklist.list(), datetime.now(UTC))

    suspects = _after(pause, survey(estate, rules(), progress))
    for case in confirm(suspects, estate, rules):
        for finding in case.findings:
            yield treat(case, finding, surgery)
    for look in (partial(_blocks, services, estate, progress), partial(_reviews, services, estate, progress)):
        for finding in _seen_twice(look, pause):
            yield treat(_NOBODY, finding, surgery)
    for finding in extra_collections(estate, wanted):
        yield treat(_NOBODY, finding, surgery)


def _seen_twice(look: Callable[[], list[Finding]], pause: Callable[[], None]) -> list[Finding]:
    """Those that a second look finds too."""
    first = look()
    if not first:
        return []
    pause()
    return [finding for finding in look() if finding in first]


def _blocks(services: Services, estate: Estate, progress: Progress) -> list[Finding]:
    blocks = services.tenant(estate.tenant).blocklist.list()
    progress("blocks", len(blocks))
    indexed = estate.faces_of({(block.collection, block.face_id) for block in blocks if block.face_id})
    return list(diagnose_blocks(blocks, {face.face_id for face in indexed}, datetime.now(UTC)))


def _reviews(services: Services, estate: Estate, progress: Progress) -> list[Finding]:
    pictures = [picture for page in estate.pictures_of_reviews() for picture in page]
    kept = list(services.tenant(estate.tenant).reviews.all())  # read last: stored pictures have had an item before
    progress("reviews", len(kept))
    return list(diagnose_reviews(kept, pictures, datetime.now(UTC)))


def estate_of(services: Services, tenant: str) -> Estate:
    return Estate(
        aws=services.aws,
        tenant=tenant,
        bucket=services.setting("IMAGES_BUCKET"),
        roster=Roster(services.aws, services.setting("TABLE"), tenant),
        model_versions=find_collections(services.aws, services.setting("COLLECTION_PREFIX"), tenant),
    )


def rules_of(policy: Policy, estate: Estate, blocks: Iterable[Block], now: datetime) -> Rules:
    return Rules(
        now=now,
        images_days=policy.retention.images_days,
        decisions_days=policy.retention.decisions_days,
        model_versions=estate.model_versions,
        block_ids=frozenset(block.block_id for block in blocks),
    )


def _surgery(services: Services, estate: Estate, options: frozenset[str]) -> Surgery:
    bound = (services.aws, services.setting("TABLE"), estate.tenant)
    reindexing = Reindexing(
        aws=services.aws,
        tenant=estate.tenant,
        bucket=estate.bucket,
        changes=Changes(*bound, services.queue),
        commits=Commits(*bound),
        collections=estate.model_versions.keys(),
    )
    return Surgery(estate, services.tenant(estate.tenant), reindexing, options)


def _after(pause: Callable[[], None], cases: Iterator[Case]) -> Iterator[Case]:
    for case in cases:
        pause()
        yield case
