"""What the composition root promises of names and places."""

from __future__ import annotations

import subprocess
import sys

from chalicelib.wiring import Services, shard_of


def test_a_users_shard_is_the_same_in_every_process() -> None:
    """Python's own hash is salted per process: placing faces by it would scatter a user over the shards."""
    keys = [f"user-{number}" for number in range(50)]
    here = [shard_of(key, 4) for key in keys]
    program = f"from chalicelib.wiring import shard_of; print([shard_of(key, 4) for key in {keys!r}])"
    for seed in ("1", "2"):
        there = subprocess.check_output(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}
        )
        assert there.decode().strip() == str(here)
    assert set(here) == {0, 1, 2, 3}


def test_nothing_is_read_or_made_before_it_is_needed() -> None:
    """`chalice package` imports the app where no setting and no AWS is."""
    services = Services({})
    assert services.plugins.checks and services.reason_messages


def test_every_plugin_fits_the_others() -> None:
    """Each signal that a check, a signal or an effect names is in the table."""
    plugins = Services({}).plugins
    for check in plugins.checks.values():
        assert set(check.needs) <= set(plugins.signals), check.name
    for signal in plugins.signals.values():
        assert {*signal.needs, *signal.uses} <= set(plugins.signals), signal.name
    for effect in plugins.effects.values():
        assert set(effect.inputs) <= set(plugins.signals), effect.name
