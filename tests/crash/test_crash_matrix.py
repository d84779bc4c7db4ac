"""The crash matrix's fast share: two flows that make and retire faces, and each twenty-third of their places.

`make crash-matrix` plays all places of all flows of all shipped policies.
"""

from __future__ import annotations

import pytest

from tests.crash.matrix import Share, play
from tests.crash.scene import scenes_of
from tests.crash.stage import on_stage
from tests.own_environment import SHIPPED, own_environment
from tests.running_sandbox import RunningSandbox


@pytest.mark.parametrize("flow", ["register_with_id_card", "update"])
def test_after_a_crash_it_has_happened_wholly_or_not_at_all(scripted: RunningSandbox, flow: str) -> None:
    (scene,) = (one for one in scenes_of("acme", SHIPPED["acme"]) if one.flow == flow)
    with on_stage(own_environment(scripted, {"acme": scene.text}), ["acme"]) as stage:
        row = play(scene, stage, Share(every=23))
    assert row.cases >= 6
    assert row.violations == []
