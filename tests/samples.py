"""Values that tests of the store, the signals and the effects begin from."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta

from chalicelib.model.change import Change, Material
from chalicelib.model.decision import Decision, StepResult, Verdict
from chalicelib.model.findings import passed
from chalicelib.model.images import Image, read_image
from chalicelib.model.log import ALGORITHM, LogEntry, Receipt, SignedDecision
from chalicelib.model.policy import Retention
from chalicelib.model.submission import user_key
from chalicelib.model.user import StoredFace
from chalicelib.model.view import decision_details

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
# Flows of which one step is judged after the answer; whoever joins by the second is refused then.
DEFERRING = """
flows:
  join:
    steps:
      - check: face_count
      - check: duplicate_face
        with: {FaceMatchThreshold: 97}
      - check: minimum_age
        with: {min_years: 18}
        defer: true
    effects: [store_images, index_face, save_user]
  join_too_young:
    steps:
      - check: face_count
      - check: minimum_age
        with: {min_years: 120}
        defer: true
    effects: [store_images, index_face, save_user]
"""
REFERRING = """
policy: desk
flows:
  join:
    steps: [{check: minimum_age, with: {min_years: 120}, on_fail: review}]
    effects: [store_images, index_face, save_user]
"""


def picture(shade: int = 0) -> Image:
    """A grey PNG of 80x80 pixels; each shade is another picture."""
    pixels = zlib.compress((b"\0" + bytes([shade]) * 80) * 80)
    header = struct.pack(">IIBBBBB", 80, 80, 8, 0, 0, 0, 0)
    return read_image(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b""))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def change(tenant: str, change_id: str, *, user_id: str = "ada", creates: bool = True, at: datetime = NOW) -> Change:
    key = user_key(tenant, user_id)
    return Change(
        change_id=change_id,
        verification_id=change_id,
        tenant=tenant,
        user_id=user_id,
        user_key=key,
        flow="register" if creates else "update",
        creates=creates,
        effects=("store_images", "index_face", "save_user"),
        collection=f"test-{tenant}-0",
        image_keys={"selfie": f"{tenant}/users/{key}/{change_id}/selfie"},
        started_at=at,
    )


def face(of: Change, face_id: str) -> StoredFace:
    return StoredFace(
        face_id=face_id,
        collection=of.collection,
        image_key=of.image_keys["selfie"],
        face_model_version="7.0",
        indexed_at=of.started_at,
        verification_id=of.verification_id,
        expires_at=of.started_at + timedelta(days=Retention().faces_days),
    )


def decision(of: Change, verdict: Verdict = Verdict.APPROVED) -> Decision:
    finding = passed(99.87654321, 99)
    return Decision(
        verification_id=of.change_id,
        tenant=of.tenant,
        flow=of.flow,
        user_id=of.user_id,
        user_key=of.user_key,
        verdict=verdict,
        reasons=(),
        results=(StepResult("collection_match", "collection_match", finding, None, 12.5),),
        not_reached=(),
        policy_digest="0" * 64,
        engine_version="1",
        decided_at=of.started_at,
        duration_ms=321.5,
        signals={"selfie_faces": {"faces": [{"yaw_deg": -3.25, "pitch_deg": None}]}},
    )


def material(of: Change, *, keep_faces: int = 3, properties: dict[str, str] | None = None) -> Material:
    return Material(
        images={"selfie": picture()},
        properties=properties or {},
        signed=lambda: signed(decision(of)),
        keep_faces=keep_faces,
        retention=Retention(),
    )


def signed(made: Decision) -> SignedDecision:
    """As the log would have it, under a signature that nobody made."""
    entry = LogEntry(
        "decision", made.tenant, made.verification_id, made.decided_at, "0" * 32, decision_details(made)
    ).as_json()
    return SignedDecision(made, Receipt(entry, {"algorithm": ALGORITHM, "key_id": "", "value": ""}), Retention())
