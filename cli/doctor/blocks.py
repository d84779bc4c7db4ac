"""What is wrong with a tenant's blocks: pure rules. Faces of blocks that are not there are orphans, as users' are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import datetime

from chalicelib.model.block import Block
from chalicelib.store.records import RECOVERY_DELAY
from cli.doctor.diagnose import Finding, Kind


def diagnose_blocks(blocks: Iterable[Block], indexed: Set[str], now: datetime) -> Iterator[Finding]:
    """`indexed` are the face ids of the blocks that are in their collections. One that is being made is not judged."""
    for block in blocks:
        if block.is_over(now - RECOVERY_DELAY):
            yield Finding(Kind.BLOCK_STALE, "", block.block_id)
        elif block.face_id and block.in_force(now) and block.face_id not in indexed:
            yield Finding(Kind.BLOCK_FACE_MISSING, "", block.block_id, block.collection)
