"""The code's own share: what a decision and a policy cost in processor time and memory, without AWS."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bench.people import selfie
from bench.report import Row, Section, verdict
from chalicelib.engine.commit import Writing
from chalicelib.engine.ports import Ports
from chalicelib.engine.verify import verify
from chalicelib.model.decision import Verdict
from chalicelib.model.facts import Attribute, Box, Face, FaceScan
from chalicelib.model.plugins import Plugins, signal_of
from chalicelib.model.policy import Flow, Policy, Step
from chalicelib.model.submission import LivenessClaim, Submission
from chalicelib.policy.load import Loader, load_policy
from chalicelib.threads import Threads
from chalicelib.wiring import Services
from cli.local.processes import PROJECT

_SURE = Attribute(value=False, confidence=99.0)
_FACE = Face(99.9, Box(0.2, 0.2, 0.6, 0.6), 1.0, 2.0, 3.0, 80.0, 90.0, _SURE, Attribute(True, 99.0), _SURE)
_FACE_CHECKS = ("face_count", "pose", "sunglasses", "eyes_open", "face_occluded", "brightness", "sharpness")
_TENANT = """\
policy: {name}
extends: baseline
limits: {{max_failures: {failures}}}
flows:
  register:
    adjust:
      duplicate_face: {{FaceMatchThreshold: {threshold}}}
    disable: [sharpness]
"""


def sections() -> Iterator[Section]:
    rows: list[Row] = []
    for checks, target_ms in ((5, None), (20, 1.0), (100, None)):
        took_ms = decision_cpu_ms(checks, 300)
        rows.append(_row(f"processor time of a decision, {checks} checks, ms", f"{took_ms:.2f}", took_ms, target_ms))
    load_s = policies_load_s(1000)
    rows.append(_row("processor time to load and validate 1,000 tenants' policies, s", f"{load_s:.2f}", load_s, 2.0))
    kept_kb = policy_memory_kb(200)
    rows.append(_row("memory of one cached policy, KB", f"{kept_kb:.1f}", kept_kb, None))
    header = ("what", "measured", "target", "met")
    yield Section("The code's own share", "Without AWS: answers come at once.", header, rows)


def _row(what: str, told: str, measured: float, target: float | None) -> Row:
    return (what, told, *((f"{target:g}", verdict(measured, target)) if target else ("", "")))


def decision_cpu_ms(checks: int, decisions: int) -> float:
    """Processor time of one decision by a policy of so many checks, all threads together; AWS answers at once."""
    plugins, policy, ports = _parts(checks)
    sent = Submission("v", "acme", "flow", "ada", datetime.now(UTC), selfie=selfie("ada"))
    assert verify(policy, sent, plugins, ports).verdict is Verdict.APPROVED
    started_s = time.process_time()
    for _ in range(decisions):
        verify(policy, sent, plugins, ports)
    return (time.process_time() - started_s) * 1000 / decisions


def policies_load_s(tenants: int) -> float:
    """Processor time in which so many tenants' policies are read, validated and resolved, beginning with nothing."""
    read = _policy_texts(tenants)
    started_s = time.process_time()
    loader = Loader(Services({}).plugins)
    for number in range(tenants):
        loader.load(f"tenant-{number}", read)
    return time.process_time() - started_s


def policy_memory_kb(tenants: int) -> float:
    """What one policy takes while it is kept."""
    loader, read = Loader(Services({}).plugins), _policy_texts(tenants)
    loader.load("tenant-0", read)
    gc.collect()
    tracemalloc.start()
    kept = [loader.load(f"tenant-{number}", read).policy for number in range(tenants)]
    gc.collect()
    taken_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken_bytes / len(kept) / 1024


def _policy_texts(tenants: int) -> Callable[[str], str | None]:
    texts = {"baseline": (PROJECT / "policies" / "baseline.yaml").read_text()}
    for number in range(tenants):
        name = f"tenant-{number}"
        texts[name] = _TENANT.format(name=name, failures=3 + number % 90, threshold=90 + number % 9)
    return texts.get


def _parts(checks: int) -> tuple[Plugins, Policy, Ports]:
    plugins = Services({}).plugins
    picture, faces = selfie("ada"), FaceScan((_FACE,), 1000, 1000)

    def selfie_signal(request: object) -> object:  # noqa: ARG001
        return picture

    def selfie_faces(request: object, *, selfie: object) -> object:  # noqa: ARG001
        return faces

    selfie_signal.__name__ = "selfie"
    answers = {"selfie": signal_of(selfie_signal), "selfie_faces": signal_of(selfie_faces)}
    steps = tuple(
        Step(f"step-{number}", name, plugins.checks[name].make_parameters())
        for number, name in enumerate(_FACE_CHECKS[number % len(_FACE_CHECKS)] for number in range(checks))
    )
    policy = load_policy("tenant-0", _policy_texts(1), plugins)
    return (
        replace(plugins, signals=answers),
        replace(policy, flows={"flow": Flow("flow", steps)}),
        _ports(),
    )


class _Nowhere:
    """Ways out that lead nowhere: every method takes anything and does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def _ports() -> Ports:
    nowhere: Any = _Nowhere()
    return Ports(
        wait_for_share=lambda _: None,
        signal_request=lambda _, __: None,
        claim_liveness=lambda _: LivenessClaim("none"),
        writing=Writing({}, nowhere, nowhere, nowhere, Threads()),
        attempts=nowhere,
        log=nowhere,
        reviews=nowhere,
        collection_for=lambda _: "collection",
        image_key=lambda _, change_id, kind: f"{change_id}/{kind}",
        new_change_id=lambda: "change",
        call_recovery=lambda _: None,
        now=lambda: datetime.now(UTC),
        clock_s=time.perf_counter,
    )
