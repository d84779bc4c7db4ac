"""Playing the scenes against a running stack."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli.client import Client, Json
from cli.demo import show
from cli.demo.pictures import DemoPictures
from cli.demo.scenes import SHOP, Expected, Scene, age_gate, all_scenes
from cli.errors import CliError
from cli.local.stack import Stack
from cli.request import body_of

_POLICY_IN_FORCE_WITHIN_S = 20
_THRESHOLD = re.compile(r"(min_years: *)\d+")
_STRICTER = "99"

Result = tuple[Scene, Json, bool]


@dataclass(frozen=True, slots=True)
class Player:
    stack: Stack
    console: Console

    def play_all(self, policies: Path) -> list[Result]:
        """All scenes; then a threshold in a policy of this folder is edited and one request is made again."""
        pictures = DemoPictures()
        results: list[Result] = []
        for scene in all_scenes(pictures):
            results.append(self._play(scene, len(results) + 1))
        self._edit_policy(policies / f"{SHOP}.yaml")
        title = f"The same request as scene {len(results)}, under the edited policy"
        stricter = age_gate(pictures, title, Expected("denied", "minimum_age"))
        results.append(self._play(stricter, len(results) + 1))
        return results

    def _play(self, scene: Scene, number: int) -> Result:
        show.headline(self.console, number, scene)
        client = self._client(scene.tenant)
        with self.console.status("verifying ..."):
            decision = client.whole_decision(client.verify(body_of(scene.request, client)))
        first = next((reason["step"] for reason in decision["reasons"]), None)
        fits = scene.expected.fits(decision["decision"], first)
        show.outcome(self.console, scene.expected, decision, fits)
        return scene, decision, fits

    def _edit_policy(self, path: Path) -> None:
        """Write a stricter threshold and wait until the running app says that another policy is in force."""
        before, client = path.read_text(), self._client(SHOP)
        after, edits = _THRESHOLD.subn(rf"\g<1>{_STRICTER}", before, count=1)
        if not edits:
            raise CliError(f"{path.name} has no min_years to edit.")
        digest = client.policy()["digest"]
        path.write_text(after)
        show.edited(self.console, path, before, after)
        started_s = time.monotonic()
        with self.console.status("waiting for the app to see it ..."):
            while client.policy()["digest"] == digest:
                if time.monotonic() - started_s > _POLICY_IN_FORCE_WITHIN_S:
                    raise CliError(f"The edited {path.name} did not come into force.")
                time.sleep(0.2)
        self.console.print(f"in force after {time.monotonic() - started_s:.1f} s", style="dim", highlight=False)

    def _client(self, tenant: str) -> Client:
        return Client(self.stack.url, self.stack.key(tenant))
