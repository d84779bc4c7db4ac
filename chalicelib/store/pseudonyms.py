"""What the log calls a user: a keyed hash with a key of the tenant's own.

Without the key a pseudonym leads to nobody, not even for who knows all user ids; deleting it makes the whole log of
the tenant anonymous. See docs/decisions/0007-pseudonyms.md.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from hashlib import sha256

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError
from chalicelib.store.items import Table, tenant_name

_REMEMBERED_S = 900.0  # a process that has the key goes on using it so long after it was deleted


class Pseudonyms:
    """The keys of all tenants, each read once in a while per process. Thread-safe."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._table = Table(aws, table)
        self._keys: dict[str, tuple[bytes, float]] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str, user_key: str) -> str:
        """The user's pseudonym, 32 hexadecimal digits. The tenant's first one makes its key."""
        return hmac.digest(self._key(tenant), user_key.encode(), sha256).hex()[:32]

    def forget(self, tenant: str) -> bool:
        """Delete the tenant's key for good; False when there was none. Users get new pseudonyms from now on."""
        with self._lock:
            self._keys.pop(tenant, None)
        try:
            self._table.delete(_key_key(tenant), "attribute_exists(pk)")
        except AwsConditionFailedError:
            return False
        return True

    def _key(self, tenant: str) -> bytes:
        now_s = time.monotonic()
        with self._lock:
            key, read_at_s = self._keys.get(tenant, (b"", 0.0))
        if key and now_s - read_at_s < _REMEMBERED_S:
            return key
        key = self._read(tenant) or self._make(tenant)
        with self._lock:
            self._keys[tenant] = key, now_s
        return key

    def _read(self, tenant: str) -> bytes | None:
        item = self._table.get(_key_key(tenant))
        return bytes.fromhex(item["key"]) if item else None

    def _make(self, tenant: str) -> bytes:
        key = secrets.token_bytes(32)
        try:
            self._table.put({**_key_key(tenant), "key": key.hex()}, "attribute_not_exists(pk)")
        except AwsConditionFailedError:  # another process was first
            return self._read(tenant) or self._make(tenant)
        return key


def _key_key(tenant: str) -> dict[str, str]:
    return {"pk": f"T#{tenant_name(tenant)}#PSEUDONYMS", "sk": "KEY"}
