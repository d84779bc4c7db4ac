"""Receipts proved offline: an entry of the log, its signature, and public keys. No AWS, no network."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from chalicelib.model.log import ALGORITHM, FORMAT, digest, key_id_of
from cli.errors import CliError

_PARTS = {"entry": ("format", "kind", "tenant", "id", "at", "details"), "signature": ("algorithm", "key_id", "value")}


class Verdict(IntEnum):
    """What a receipt proves; the command's exit code."""

    GENUINE = 0
    TAMPERED = 1  # it names a key that we have, and that key did not sign this
    OTHER_KEY = 3  # it names a key that we do not have: nothing can be said


@dataclass(frozen=True, slots=True)
class Keys:
    """Public keys by their key id."""

    by_id: Mapping[str, EllipticCurvePublicKey]


def read_keys(paths: Sequence[Path]) -> Keys:
    """From PEM files. Raises CliError for a file that is none."""
    keys: dict[str, EllipticCurvePublicKey] = {}
    for path in paths:
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError as error:
            raise CliError(f"{path} is no public key in PEM; `countersign receipts key` prints one.") from error
        if not isinstance(key, EllipticCurvePublicKey):
            raise CliError(f"{path} is no elliptic-curve key; receipts are signed with {ALGORITHM}.")
        keys[key_id_of(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))] = key
    return Keys(keys)


def read_receipts(content: bytes) -> list[dict[str, Any]]:
    """One receipt as JSON, an answer of the API that has one in `receipt`, or a line for each.

    Raises CliError for anything else.
    """
    try:
        text = content.decode()
        try:
            found = [_parsed(text)]
        except ValueError:
            found = [_parsed(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise CliError("That is no JSON, so it is no receipt.") from None
    return [_receipt(one) for one in found] or _no_receipt("there is nothing in the file")


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice the signature proves one, and a reader may see the other."""
    names = dict(pairs)
    if len(names) < len(pairs):
        _no_receipt("a name comes twice in it")
    return names


def verify(receipt: Mapping[str, Any], keys: Keys) -> Verdict:
    signature = receipt["signature"]
    key = keys.by_id.get(str(signature["key_id"]))
    if key is None:
        return Verdict.OTHER_KEY
    if signature["algorithm"] != ALGORITHM or receipt["entry"]["format"] != FORMAT:
        return Verdict.TAMPERED
    try:
        value = base64.b64decode(str(signature["value"]), validate=True)
        key.verify(value, digest(receipt["entry"]), ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, binascii.Error, ValueError):
        return Verdict.TAMPERED
    return Verdict.GENUINE


def _receipt(found: Any) -> dict[str, Any]:
    if isinstance(found, dict) and isinstance(found.get("receipt"), dict):
        found = found["receipt"]
    for part, names in _PARTS.items():
        inner = found.get(part) if isinstance(found, dict) else None
        missing = [name for name in names if not isinstance(inner, dict) or name not in inner]
        if missing:
            _no_receipt(f"it has no {part}.{missing[0]}")
    receipt: dict[str, Any] = found
    return receipt


def _no_receipt(why: str) -> Any:
    raise CliError(f"That is no receipt: {why}. `countersign receipts get` fetches one.")
