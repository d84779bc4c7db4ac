"""verify-receipt: offline, and each way in which a receipt is not what it seems has its own exit code."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.model.log import ALGORITHM, digest, key_id_of
from chalicelib.store.signing import PublicKey
from cli.commands.receipts import verify_receipt
from cli.errors import CliError
from tests.samples import change, decision, signed


class Key:
    """A key as KMS has it, and the PEM file that the service hands out."""

    def __init__(self, folder: Path, name: str) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._der = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.pem = folder / f"{name}.pem"
        self.pem.write_text(PublicKey(self._der).pem)

    def receipt(self, verification_id: str = "v1") -> dict[str, Any]:
        entry = dict(signed(decision(change("acme", verification_id))).receipt.entry)
        value = base64.b64encode(self._private.sign(digest(entry), ec.ECDSA(Prehashed(SHA256())))).decode()
        return {"entry": entry, "signature": {"algorithm": ALGORITHM, "key_id": key_id_of(self._der), "value": value}}


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key(tmp_path, "right")


def run(folder: Path, content: object, *keys: Key) -> tuple[int, str]:
    file = folder / "receipt.json"
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    options = [option for one in keys for option in ("--public-key", str(one.pem))]
    result = CliRunner().invoke(verify_receipt, [str(file), *options])
    if isinstance(result.exception, CliError):
        raise result.exception
    return result.exit_code, result.output


def test_a_genuine_receipt_is_proved_with_the_keys_of_before_and_after_a_rotation(tmp_path: Path, key: Key) -> None:
    code, output = run(tmp_path, key.receipt(), Key(tmp_path, "newer"), key)
    assert code == 0
    assert "decision v1 of acme" in output and "(approved): genuine" in output


def test_a_changed_decision_is_told(tmp_path: Path, key: Key) -> None:
    receipt = key.receipt()
    receipt["entry"]["details"]["decision"] = "denied"
    code, output = run(tmp_path, receipt, key)
    assert (code, "NOT GENUINE" in output) == (1, True)


def test_a_wrong_key_is_told_apart_from_a_change(tmp_path: Path, key: Key) -> None:
    code, output = run(tmp_path, key.receipt(), Key(tmp_path, "wrong"))
    assert (code, "unknown key" in output) == (3, True)


def test_a_forger_who_claims_our_key_is_found_out(tmp_path: Path, key: Key) -> None:
    forged = Key(tmp_path, "forger").receipt()
    forged["signature"]["key_id"] = key.receipt()["signature"]["key_id"]
    assert run(tmp_path, forged, key)[0] == 1


def test_of_many_receipts_the_worst_counts(tmp_path: Path, key: Key) -> None:
    good, other, bad = key.receipt("v1"), Key(tmp_path, "other").receipt("v2"), key.receipt("v3")
    bad["entry"]["tenant"] = "globex"
    lines = [json.dumps(one) for one in (good, {"receipt": good, "user_id": "x"}, other, bad)]
    assert run(tmp_path, "\n".join(lines[:2]), key)[0] == 0
    assert run(tmp_path, "\n".join(lines[:3]), key)[0] == 3
    assert run(tmp_path, "\n".join(lines), key)[0] == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "nothing in the file"),
        ("hello", "no JSON"),
        ("[]", "no entry.format"),
        ('{"entry": {"format": 1}, "signature": {}}', "no entry.kind"),
        ('{"decision": "approved"}', "no entry.format"),
        (b"\xff\xfe", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"entry": {"tenant": "acme", "tenant": "globex"}}', "a name comes twice"),
    ],
)
def test_what_is_no_receipt_is_an_error(tmp_path: Path, key: Key, content: str | bytes, why: str) -> None:
    with pytest.raises(CliError, match=why):
        run(tmp_path, content, key)


def test_nothing_in_a_receipt_steers_the_terminal(tmp_path: Path, key: Key) -> None:
    forged = key.receipt()
    forged["entry"]["id"] = "v1: genuine\x1b[8m\n"
    code, output = run(tmp_path, forged, key)
    assert code == 1 and "\x1b" not in output and output.count("\n") == 1


def test_a_file_that_is_no_key_is_an_error(tmp_path: Path, key: Key) -> None:
    key.pem.write_text("no key")
    with pytest.raises(CliError, match="no public key in PEM"):
        run(tmp_path, key.receipt(), key)
