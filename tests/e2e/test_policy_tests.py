"""Cases with pictures, as `countersign policy test --sandbox` runs them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cli.client import Client
from cli.demo.pictures import DemoPictures
from cli.local.stack import Stack
from cli.workbench.folder import PolicyFolder, installed_plugins
from cli.workbench.testing.run import run_tests
from cli.workbench.testing.sandboxed import decided

CASES = """\
cases:
  - {case: registers, flows: [register], pictures: {selfie: a.jpg, user: ada}, expect: approved}
  - {case: comes back, flows: [authenticate], pictures: {selfie: b.jpg, user: ada}, expect: approved}
  - {case: in sunglasses, flows: [register], pictures: {selfie: c.jpg}, expect: approved}
  - {case: no such file, flows: [register], pictures: {selfie: d.jpg}, expect: approved}
"""


def test_pictures_are_decided_by_the_running_app(
    stack: Stack, policies: Path, own_tenant: str, pictures: DemoPictures
) -> None:
    """The two that go as expected, and the two that do not, each told at its place."""
    for name, content in (
        ("a", pictures.collins),
        ("b", pictures.collins_again),
        ("c", pictures.collins_in_sunglasses),
    ):
        (policies / f"{name}.jpg").write_bytes(content)
    (policies / f"{own_tenant}.test.yaml").write_text(f"policy: {own_tenant}\n{CASES}")
    folder = PolicyFolder(policies)
    look = partial(decided, folder, Client(stack.url, stack.key(own_tenant)))
    tested = run_tests(folder, own_tenant, installed_plugins(), look)
    told = [(each.problem.line, each.problem.message) for each in tested.diagnostics]
    assert [line for line, _ in told] == [5, 6]
    assert told[0][1] == "'in sunglasses' in register: denied because of sunglasses.sunglasses"
    assert told[1][1].startswith("Cannot read ")
    reached = {(target.flow, target.step) for target in tested.coverage.reached}
    assert ("register", "duplicate_face") in reached
    alternatives = {("authenticate", "stored_face_match"), ("authenticate", "collection_match")}
    assert alternatives & reached, "whichever of the two was answered first"
