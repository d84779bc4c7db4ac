"""The crash matrix's fast share: a few flows of all kinds, and each twenty-third of their places.

`make crash-matrix` plays all places of all flows of all policies.
"""

from __future__ import annotations

import pytest

from tests.crash.matrix import Share, play
from tests.crash.policies import PLAYED
from tests.crash.scene import scenes_of
from tests.crash.stage import on_stage
from tests.own_environment import own_environment
from tests.running_sandbox import RunningSandbox


@pytest.mark.parametrize(
    ("tenant", "name", "every"),
    [
        ("acme", "register_with_id_card", 23),
        ("acme", "update", 23),
        ("acme", "update, job recover", 11),
        ("ahead", "register_too_dark", 23),
        ("ahead-and-later", "join", 23),
        ("later", "join_too_young, job recover", 23),
    ],
)
def test_after_a_crash_it_has_happened_wholly_or_not_at_all(
    scripted: RunningSandbox, tenant: str, name: str, every: int
) -> None:
    (scene,) = (one for one in scenes_of(tenant, PLAYED[tenant]) if one.name == name)
    with on_stage(own_environment(scripted, {tenant: scene.text}), [tenant]) as stage:
        row = play(scene, stage, Share(every=every))
    assert row.cases >= 4
    assert row.violations == []
