"""API credentials: a token tells whose request it is. Only its SHA-256 is kept.

The secret has 256 random bits, so a plain digest is enough: there is nothing to guess offline.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from chalicelib.aws import Aws
from chalicelib.errors import NotFoundError
from chalicelib.store.items import Item, Table, stamp, tenant_name

_TOKEN = re.compile(r"cs_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a token speaks for. `key_id` is the token's middle part and no secret. Times are ISO 8601 texts."""

    tenant: str
    key_id: str
    name: str
    created_at: str
    revoked_at: str | None = None


class Credentials:
    """Each is two items: by key id, for `find`; and below its tenant, for `list`."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._table = Table(aws, table)

    def create(self, tenant: str, name: str, now: datetime) -> str:
        """Make a credential. The token `cs_<key id>_<secret>` is returned now and cannot be had again.

        Raises ValueError when the tenant's name does not fit.
        """
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        about = {"key_id": key_id, "tenant": tenant, "name": name, "created_at": stamp(now)}
        entry = {**_key(key_id), **about, "secret_sha256": _digest(secret)}
        listed = {**_listing_key(tenant, key_id), **about}
        new = "attribute_not_exists(pk)"
        self._table.transact(
            {"Put": self._table.put_request(entry, new)}, {"Put": self._table.put_request(listed, new)}
        )
        return f"cs_{key_id}_{secret}"

    def find(self, token: str) -> Credential | None:
        """Whose token it is; None for an unknown key, a wrong secret and a revoked one alike, in the same steps."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        item = self._table.get(_key(match[1])) or {}
        right = hmac.compare_digest(item.get("secret_sha256", _NO_DIGEST), _digest(match[2]))
        return _credential(item) if right and "revoked_at" not in item else None

    def list(self, tenant: str) -> tuple[Credential, ...]:
        """A tenant's credentials, revoked ones too, oldest first."""
        found = map(_credential, self._table.query(_listing_key(tenant, "")["pk"]))
        return tuple(sorted(found, key=lambda credential: credential.created_at))

    def revoke(self, key_id: str, now: datetime) -> None:
        """End a credential; within a minute no request is admitted with it. Idempotent.

        Raises NotFoundError when there is none of that id.
        """
        item = self._table.get(_key(key_id))
        if item is None:
            raise NotFoundError(f"There is no credential {key_id}.")
        ended = "SET #revoked_at = if_not_exists(#revoked_at, :now)"
        wheres = (_key(key_id), _listing_key(item["tenant"], key_id))
        updates = [self._table.update_request(where, ended, "attribute_exists(pk)", now=stamp(now)) for where in wheres]
        self._table.transact(*({"Update": update} for update in updates))


def _key(key_id: str) -> dict[str, str]:
    return {"pk": f"KEY#{key_id}", "sk": "KEY"}


def _listing_key(tenant: str, key_id: str) -> dict[str, str]:
    return {"pk": f"T#{tenant_name(tenant)}#KEYS", "sk": f"KEY#{key_id}"}


def _credential(item: Item) -> Credential:
    return Credential(item["tenant"], item["key_id"], item["name"], item["created_at"], item.get("revoked_at"))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
