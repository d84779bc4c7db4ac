"""API credentials: a token tells whose request it is. Only its SHA-256 is kept.

The secret has 256 random bits, so a plain digest is enough: there is nothing to guess offline.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.aws import Aws
from chalicelib.errors import AwsConditionFailedError, ConflictError, NotFoundError
from chalicelib.model.credential import ALL_SCOPES, Credential, Scope
from chalicelib.store.items import Item, Table, stamp, tenant_name

_TOKEN = re.compile(r"cs_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NO_DIGEST = "0" * 64
_IN_USE = "attribute_exists(pk) AND attribute_not_exists(#revoked_at) AND attribute_not_exists(#ends_at)"


class Credentials:
    """Each is two items: by key id, for `find`; and below its tenant, for `list`."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._table = Table(aws, table)

    def create(self, tenant: str, name: str, now: datetime, scopes: Iterable[Scope] = ALL_SCOPES) -> str:
        """Make a credential. The token `cs_<key id>_<secret>` is returned now and cannot be had again.

        Raises ValueError when the tenant's name does not fit.
        """
        token, puts = self._new(tenant, name, now, scopes)
        self._table.transact(*puts)
        return token

    def rotate(self, key_id: str, now: datetime, overlap: timedelta) -> str:
        """Another credential of the same name and scopes; the old one ends after `overlap`. The new one's token.

        Raises NotFoundError: there is none of that id; ConflictError: it is revoked or rotated already.
        """
        old = self._get(key_id)
        token, puts = self._new(old.tenant, old.name, now, old.scopes)
        ending, ends_at = "SET #ends_at = :ends_at", stamp(now + overlap)
        updates = [self._table.update_request(where, ending, _IN_USE, ends_at=ends_at) for where in _both_keys(old)]
        try:
            self._table.transact(*puts, *({"Update": update} for update in updates))
        except AwsConditionFailedError:
            raise ConflictError("key-ended", f"Credential {key_id} is revoked or was rotated before.") from None
        return token

    def find(self, token: str, now: datetime) -> Credential | None:
        """Whose token it is; None for an unknown key, a wrong secret, a revoked and an ended one alike, in the same
        steps.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        item = self._table.get(_key(match[1])) or {}
        right = hmac.compare_digest(item.get("secret_sha256", _NO_DIGEST), _digest(match[2]))
        ended = "revoked_at" in item or stamp(now) >= item.get("ends_at", "~")
        return _credential(item) if right and not ended else None

    def list(self, tenant: str) -> tuple[Credential, ...]:
        """A tenant's credentials, revoked and ended ones too, oldest first."""
        found = map(_credential, self._table.query(_listing_key(tenant, "")["pk"]))
        return tuple(sorted(found, key=lambda credential: credential.created_at))

    def revoke(self, key_id: str, now: datetime) -> None:
        """End a credential; within a minute no request is admitted with it. Idempotent.

        Raises NotFoundError when there is none of that id.
        """
        ended = "SET #revoked_at = if_not_exists(#revoked_at, :now)"
        updates = [
            self._table.update_request(where, ended, "attribute_exists(pk)", now=stamp(now))
            for where in _both_keys(self._get(key_id))
        ]
        self._table.transact(*({"Update": update} for update in updates))

    def used(self, tenant: str, key_id: str, now: datetime, every: timedelta) -> None:
        """Note when a credential was last used, unless that was noted less than `every` ago."""
        fresh = "attribute_exists(pk) AND (attribute_not_exists(#last_used_at) OR #last_used_at < :before)"
        where, moments = _listing_key(tenant, key_id), {"now": stamp(now), "before": stamp(now - every)}
        try:
            self._table.update(where, "SET #last_used_at = :now", fresh, **moments)
        except AwsConditionFailedError:
            return

    def _get(self, key_id: str) -> Credential:
        item = self._table.get(_key(key_id))
        if item is None:
            raise NotFoundError(f"There is no credential {key_id}.")
        return _credential(item)

    def _new(self, tenant: str, name: str, now: datetime, scopes: Iterable[Scope]) -> tuple[str, tuple[Item, Item]]:
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        about = {
            "key_id": key_id,
            "tenant": tenant,
            "name": name,
            "scopes": sorted(scopes),
            "created_at": stamp(now),
        }
        entry = {**_key(key_id), **about, "secret_sha256": _digest(secret)}
        listed, new = {**_listing_key(tenant, key_id), **about}, "attribute_not_exists(pk)"
        puts = {"Put": self._table.put_request(entry, new)}, {"Put": self._table.put_request(listed, new)}
        return f"cs_{key_id}_{secret}", puts


def _key(key_id: str) -> dict[str, str]:
    return {"pk": f"KEY#{key_id}", "sk": "KEY"}


def _listing_key(tenant: str, key_id: str) -> dict[str, str]:
    return {"pk": f"T#{tenant_name(tenant)}#KEYS", "sk": f"KEY#{key_id}"}


def _both_keys(credential: Credential) -> tuple[dict[str, str], ...]:
    return _key(credential.key_id), _listing_key(credential.tenant, credential.key_id)


def _credential(item: Item) -> Credential:
    return Credential(
        tenant=item["tenant"],
        key_id=item["key_id"],
        name=item["name"],
        scopes=frozenset(map(Scope, item["scopes"])),
        created_at=item["created_at"],
        revoked_at=item.get("revoked_at"),
        ends_at=item.get("ends_at"),
        last_used_at=item.get("last_used_at"),
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
