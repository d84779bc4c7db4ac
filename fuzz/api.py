"""Schemathesis against the app as it really runs, over a scripted sandbox: `python -m fuzz.api --seconds 60`.

Every answer must be one that the OpenAPI document describes, in status, type, headers and form, and none a 5xx. It
goes from each operation alone to chains of them: what one answers becomes another's parameter.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.local.processes import PROJECT
from cli.local.stack import Stack, StackOptions, local_stack

TENANT = "fuzzed"
POLICY = f"""\
policy: {TENANT}
extends: baseline
limits: {{max_failures: 100, window_minutes: 1, lockout_minutes: 1}}
flows:
  check_in:
    steps: [{{check: liveness}}, {{check: face_count}}]
    effects: []
  refer:
    steps: [{{check: face_count, on_fail: review}}]
    effects: [store_images, index_face, save_user]
"""
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "use_after_free",
)
# Other methods never get as far as the app: the server that plays API Gateway here answers them with a 501 of its own.
_CONFIG = """\
[phases.coverage]
unexpected-methods = ["PUT", "PATCH"]
"""
_OPERATIONS = 12  # roughly: `--requests` is spread over them


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, help="stop after so long (default: when the requests are made)")
    parser.add_argument("--requests", type=int, default=100_000, help="about so many")
    parser.add_argument("--seed", type=int, help="repeat a run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "policies").mkdir()
        (home / "policies" / "baseline.yaml").write_text((PROJECT / "policies" / "baseline.yaml").read_text())
        (home / "policies" / f"{TENANT}.yaml").write_text(POLICY)
        with local_stack(StackOptions(home / "policies", home, scripted=True), print) as stack:
            return run(stack, home, arguments.seconds, arguments.requests, arguments.seed)


def run(stack: Stack, home: Path, seconds: int | None, requests: int, seed: int | None) -> int:
    """Schemathesis' exit code: 0 when nothing was found. What it found it prints itself."""
    (home / "schemathesis.toml").write_text(_CONFIG)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{stack.url}/openapi.json",
        f"--header=Authorization:Bearer {stack.key(TENANT)}",
        f"--checks={','.join(_CHECKS)}",
        f"--max-examples={max(1, requests // _OPERATIONS)}",
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--workers=1",  # CPython 3.11's ast.parse, which Hypothesis uses, breaks with several threads
        "--request-timeout=30",
    ]
    if seconds is not None:
        command.append(f"--max-time={seconds}")
    if seed is not None:
        command.append(f"--seed={seed}")
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzz.hooks", "PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, cwd=home, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
