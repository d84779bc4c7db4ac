"""What operators do to keys is in the audit log, which proves itself offline."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cli.main import commands
from tests.own_environment import own_environment, submission
from tests.running_sandbox import RunningSandbox

TENANT = "audited"


def test_changes_of_keys_are_logged_and_proved_offline(scripted: RunningSandbox, tmp_path: Path) -> None:
    environment = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n"})

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(commands, arguments, env=environment.variables)
        assert result.exit_code == 0, result.output
        return result.stdout

    token = run("keys", "create", "--tenant", TENANT, "--scope", "read").strip()
    newer = run("keys", "rotate", "--tenant", TENANT, token.split("_")[1]).strip()
    run("keys", "revoke", "--tenant", TENANT, newer.split("_")[1])

    lines = run("receipts", "audit", "--tenant", TENANT)
    assert [json.loads(line)["entry"]["kind"] for line in lines.splitlines()] == [
        "key_created",
        "key_rotated",
        "key_revoked",
    ]
    assert not [one for one in (token, newer) if one.split("_", 2)[2] in lines]
    (tmp_path / "audit.jsonl").write_text(lines)
    (tmp_path / "receipts.pem").write_text(environment.services.signer.public_key.pem)
    proved = run("verify-receipt", str(tmp_path / "audit.jsonl"), "--public-key", str(tmp_path / "receipts.pem"))
    assert proved.count(": genuine") == 3 and proved.splitlines()[-1] == "3 genuine"
    (tmp_path / "audit.jsonl").write_text(lines.replace('"read"', '"admin"'))
    cheated = CliRunner().invoke(
        commands, ["verify-receipt", str(tmp_path / "audit.jsonl"), "--public-key", str(tmp_path / "receipts.pem")]
    )
    assert cheated.exit_code == 1


def test_all_decisions_of_a_tenant_can_be_kept_and_proved_offline(scripted: RunningSandbox, tmp_path: Path) -> None:
    policies = {name: f"policy: {name}\nextends: baseline\n" for name in (TENANT, "another")}
    environment = own_environment(scripted, policies)
    for tenant, user_id in ((TENANT, "ada"), (TENANT, "bob"), ("another", "eve")):
        environment.services.tenant(tenant).verify(submission(tenant, "register", user_id))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(commands, arguments, env=environment.variables)

    kept = run("receipts", "decisions", "--tenant", TENANT)
    assert (kept.exit_code, kept.stderr.splitlines()[-1]) == (0, "2 decisions")
    entries = [json.loads(line)["entry"] for line in kept.stdout.splitlines()]
    assert [(entry["kind"], entry["tenant"]) for entry in entries] == [("decision", TENANT)] * 2

    file, pem = tmp_path / "decisions.jsonl", tmp_path / "receipts.pem"
    pem.write_text(environment.services.signer.public_key.pem)
    file.write_text(kept.stdout)
    assert run("verify-receipt", str(file), "--public-key", str(pem)).exit_code == 0
    first, *others = kept.stdout.splitlines()
    file.write_text("\n".join((first.replace('"approved"', '"denied"'), *others)))
    cheated = run("verify-receipt", str(file), "--public-key", str(pem))
    assert (cheated.exit_code, cheated.stdout.splitlines()[-1]) == (1, "1 genuine, 1 NOT GENUINE")


def test_a_key_is_made_without_a_word_about_scopes(scripted: RunningSandbox) -> None:
    environment = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n"})
    result = CliRunner().invoke(commands, ["keys", "create", "--tenant", TENANT], env=environment.variables)
    assert result.exit_code == 0, result.output
    (key,) = environment.services.credentials.list(TENANT)
    assert key.key_id in result.output
    assert {scope.value for scope in key.scopes} == {"verify", "read"}
