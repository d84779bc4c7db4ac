"""The command line against a small HTTP server that answers as told."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.connection import Local
from cli.main import main
from tests.cli.test_decision_table import a_decision


class Api:
    """`answers` are (status, headers, body) by path; `asked` what came in."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], dict[str, Any]]] = {}
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_json = self.headers.get_content_type() == "application/json"
                body = json.loads(raw) if is_json else {"form_bytes": len(raw)}
                api.asked.append((self.path, self.headers.get("Authorization"), body))
                self.answer()

            def answer(self) -> None:
                status, headers, answer = api.answers[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def decide(self, decision: str) -> None:
        made = a_decision(decision=decision)
        self.answers |= {"/v1/verifications": (200, {}, made), f"/v1/verifications/{made['id']}": (200, {}, made)}


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    threading.Thread(target=api.server.serve_forever, daemon=True).start()
    yield api
    api.server.shutdown()
    api.server.server_close()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with one selfie, and no settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("COUNTERSIGN_URL", "COUNTERSIGN_KEY", "COUNTERSIGN_TABLE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "me.jpg").write_bytes(b"\xff\xd8\xffpicture")
    return tmp_path


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["countersign", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    code = left.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(("decision", "code"), [("approved", 0), ("denied", 1), ("review", 1)])
def test_the_exit_code_is_thea_decision(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], decision: str, code: int
) -> None:
    api.decide(decision)

    left = _run(
        monkeypatch, "register", "--user", "ada", "--selfie", "me.jpg", "--url", api.url, "--key", "k", "--json"
    )

    assert left == code
    assert json.loads(capsys.readouterr().out)["decision"] == decision


def test_a_refusal_of_consent_is_sent_and_told(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key may not read whole decisions, so the table shows what the answer tells."""
    told = {"id": "v-1", "flow": "register", "user_id": "ada", "decision": "consent_refused", "alternative_path": True}
    api.answers["/v1/verifications"] = (200, {}, told)
    api.answers["/v1/verifications/v-1"] = (403, {}, {"detail": "not for this key"})

    left = _run(monkeypatch, "register", "--user", "ada", "--refuse-consent", "--url", api.url, "--key", "k")

    assert (left, api.asked[0][2]["consent"]) == (1, {"given": False})
    assert "NO CONSENT" in capsys.readouterr().out


def test_the_installed_command_runs_anywhere(elsewhere: Path) -> None:
    """`elsewhere` is not the project's folder, so what is not installed is not found."""
    command = Path(sys.executable).with_name("countersign")

    told = subprocess.run([command, "--help"], cwd=elsewhere, capture_output=True, text=True, check=True)

    assert "bulk-import" in told.stdout


def test_what_is_sent(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.decide("approved")
    options = [
        "--user",
        "ada",
        "--selfie",
        "me.jpg",
        "--property",
        "last_name=Love=lace",
        "--consent",
        "7",
        "--liveness-session",
        "s-1",
    ]

    _run(monkeypatch, "verify", "--flow", "age_gate", *options, "--url", api.url, "--key", "k")

    path, key, body = api.asked[0]
    assert (path, key) == ("/v1/verifications", "Bearer k")
    assert body == {
        "flow": "age_gate",
        "user_id": "ada",
        "selfie": base64.b64encode(b"\xff\xd8\xffpicture").decode(),
        "properties": {"last_name": "Love=lace"},
        "consent": {"version": "7"},
        "liveness_session": "s-1",
    }


@pytest.mark.parametrize(
    ("command", "flow"),
    [
        ("register", "register"),
        ("register-id", "register_with_id_card"),
        ("auth", "authenticate"),
        ("update", "update"),
    ],
)
def test_each_command_has_its_flow(api: Api, monkeypatch: pytest.MonkeyPatch, command: str, flow: str) -> None:
    api.decide("approved")

    _run(monkeypatch, command, "--user", "ada", "--selfie", "me.jpg", "--url", api.url, "--key", "k")

    assert api.asked[0][2]["flow"] == flow


def test_a_large_picture_is_uploaded_by_itself(api: Api, monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    api.decide("approved")
    api.answers["/v1/uploads"] = (201, {}, {"upload_id": "u-1", "url": f"{api.url}/put", "fields": {"key": "x"}})
    api.answers["/put"] = (204, {}, {})
    (elsewhere / "me.jpg").write_bytes(b"\xff\xd8\xff" + b"\0" * 4_000_000)

    _run(monkeypatch, "register", "--user", "ada", "--selfie", "me.jpg", "--url", api.url, "--key", "k")

    uploads, form, verification = api.asked
    assert uploads[2] == {"content_type": "image/jpeg", "size_bytes": 4_000_003}
    assert form[1] is None, "S3 must not be shown the tenant's key"
    assert form[2]["form_bytes"] > 4_000_003
    assert verification[2]["selfie"] == {"upload_id": "u-1"}


def test_the_local_service_is_found_by_the_tenant_alone(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.decide("approved")
    Local(api.url, "http://127.0.0.1:1", "table", {"acme": "acme-key"}).save()

    assert _run(monkeypatch, "auth", "--user", "ada", "--selfie", "me.jpg", "--tenant", "acme") == 0
    assert api.asked[0][1] == "Bearer acme-key"
    assert Path(".countersign/keys.json").stat().st_mode & 0o777 == 0o600


def test_a_local_key_is_never_sent_to_another_place(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Local("http://127.0.0.1:1", "http://127.0.0.1:1", "table", {"acme": "acme-key"}).save()

    left = _run(monkeypatch, "auth", "--user", "ada", "--selfie", "me.jpg", "--tenant", "acme", "--url", api.url)

    assert (left, api.asked) == (2, [])
    assert "No key for" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--selfie", "me.jpg"), "make serve"),
        (("--selfie", "me.jpg", "--url", "http://127.0.0.1:1", "--key", "k"), "Nothing answers at http://127.0.0.1:1"),
        (("--selfie", "gone.jpg"), "does not exist"),
        (("--selfie", "me.jpg", "--property", "x"), "not NAME=VALUE"),
    ],
)
def test_a_mistake_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert _run(monkeypatch, "auth", "--user", "ada", *arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["retention", "report"],
        ["retention", "forget", "--yes"],
        ["keys", "create"],
        ["keys", "list"],
        ["doctor"],
        ["receipts", "audit"],
        ["decisions", "export", "--out", "log"],
        ["bulk-import", "--on-queue", "s3://images/Acme/imports/may"],
    ],
)
def test_a_name_that_no_tenant_can_have_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_TABLE", "none")
    monkeypatch.setattr(sys, "argv", ["countersign", *arguments, "--tenant", "Acme"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "'Acme' is no tenant name" in capsys.readouterr().err


def test_a_problem_document_is_told_in_its_own_words(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = {
        "type": "urn:countersign:problem:image-truncated",
        "detail": "Cut off.",
        "status": 400,
        "field": "selfie",
    }
    api.answers["/v1/verifications"] = (400, {"Content-Type": "application/problem+json"}, problem)

    assert _run(monkeypatch, "auth", "--user", "a", "--selfie", "me.jpg", "--url", api.url, "--key", "k") == 2
    assert "Cut off. (selfie) [400 image-truncated]" in capsys.readouterr().err
