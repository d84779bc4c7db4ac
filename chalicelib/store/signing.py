"""Signatures by a KMS key (ECC_NIST_P256) that never leaves KMS.

Needs kms:Sign and kms:GetPublicKey on the key.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib.aws import Aws
from chalicelib.logs import carried
from chalicelib.model.log import ALGORITHM, digest, key_id_of


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`der` is the SubjectPublicKeyInfo."""

    der: bytes

    @property
    def key_id(self) -> str:
        return key_id_of(self.der)

    @property
    def pem(self) -> str:
        text = base64.b64encode(self.der).decode()
        lines = "\n".join(text[first : first + 64] for first in range(0, len(text), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


class Signer:
    """One key, for all tenants; an entry names its tenant inside what is signed. Thread-safe."""

    def __init__(self, aws: Aws, key: str) -> None:
        self._aws = aws
        self._key = key

    @cached_property
    def public_key(self) -> PublicKey:
        """Asked of KMS once per process."""
        return PublicKey(self._aws("kms", "get_public_key", {"KeyId": self._key})["PublicKey"])

    def sign(self, entry: Mapping[str, Any]) -> dict[str, str]:
        """The signature over an entry's digest: algorithm, key_id, and value (base64 of the ASN.1 form)."""
        if "public_key" not in vars(self):  # the first time two questions, at once
            with ThreadPoolExecutor(max_workers=1) as pool:
                asked = pool.submit(carried(lambda: self.public_key))
                value = self._sign(digest(entry))
                asked.result()
        else:
            value = self._sign(digest(entry))
        return {"algorithm": ALGORITHM, "key_id": self.public_key.key_id, "value": base64.b64encode(value).decode()}

    def _sign(self, sha256: bytes) -> bytes:
        signature: bytes = self._aws(
            "kms",
            "sign",
            {"KeyId": self._key, "Message": sha256, "MessageType": "DIGEST", "SigningAlgorithm": ALGORITHM},
        )["Signature"]
        return signature
