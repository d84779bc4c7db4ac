"""A candidate policy, decided beside the live one from the same signals. It asks AWS nothing and never acts.

What the live policy had no need to ask is unknown to the candidate; see `redecide`. Whatever goes wrong here is told in
the log, and the live decision is as it would have been.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.engine.plan import plan_flow
from chalicelib.engine.redecide import redecide
from chalicelib.model.decision import Shadow
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy

_log = logging.getLogger(__name__)


def shadow_decision(
    live: Policy,
    flow: str,
    plugins: Plugins,
    known: Mapping[str, Any],
    missing: Iterable[str],
    candidate: Callable[[], Policy] | None,
) -> Shadow | None:
    """What the live policy's `shadow` would have decided; None when it names none or the candidate cannot be used.

    `candidate` gives it at once, or raises.
    """
    if live.shadow is None or candidate is None:
        return None
    try:
        policy = candidate()
        decided = redecide(plan_flow(policy.flows[flow], plugins), {**known, **dict.fromkeys(missing)})
        return Shadow(live.shadow, policy.digest, decided.verdict, decided.reasons, decided.unknown)
    except Exception as error:  # a candidate is somebody's draft
        told = {"event": "shadow_not_decided", "tenant": live.tenant, "shadow": live.shadow, "flow": flow}
        _log.warning("%s", json.dumps({**told, "error": type(error).__name__}))
        return None
