"""Putting faces on a tenant's blocklist and taking them off it, with a line in the audit log for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib.effects import blocked_face
from chalicelib.model.block import Block, BlockSource
from chalicelib.wiring.tenant import Tenant, shard_of


def block_face(
    tenant: Tenant, picture: Mapping[str, Any], source: BlockSource, reason: str, ends_at: datetime
) -> Block:
    """Put the face in `picture` (Rekognition's Image) on the blocklist. Raises like `effects.blocked_face`."""
    block_id, now = uuid4().hex, datetime.now(UTC)
    collections = tenant.collections(tenant.policy())
    collection = collections[shard_of(block_id, len(collections))]
    block = Block(block_id, reason, source, collection, now, ends_at)
    block = blocked_face.block_face(tenant.finishing, tenant.blocklist, block, picture)
    tenant.audit.note("face_blocked", {"block": block_id, "source": source.value, "until": ends_at.isoformat()}, now)
    return block


def unblock_face(tenant: Tenant, block_id: str) -> None:
    """Take a face off the blocklist: at once for decisions, then for good. Raises NotFoundError."""
    now = datetime.now(UTC)
    blocked_face.unblock_face(tenant.finishing, tenant.blocklist, tenant.blocklist.end(block_id, now))
    tenant.audit.note("face_unblocked", {"block": block_id}, now)


def expire_block(tenant: Tenant, block_id: str, now: datetime) -> None:
    """Delete the face of a block that is over. Idempotent. Raises AwsError if it stayed."""
    block = tenant.blocklist.get(block_id)
    if block is not None and block.is_over(now):
        blocked_face.unblock_face(tenant.finishing, tenant.blocklist, block)
        tenant.audit.note("block_ended", {"block": block_id}, now)
