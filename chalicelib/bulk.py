"""The jobs of an import: spread the people of a manifest over time, and register each of them exactly once.

The manifest is in the images bucket below the tenant's prefix, one person a line. `spread` puts a message for each
person on the queue, so delayed that no more than the import's share of the quota begin in a second, and then a message
to itself for the rest. Nobody has to count calls for that, and no item is written by all.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import logs
from chalicelib.errors import (
    BadRequestError,
    ConflictError,
    ConsentMissingError,
    LockedOutError,
    NotFoundError,
    ShareUsedUpError,
)
from chalicelib.model.consent import Consent
from chalicelib.model.images import Image, ImageRejectedError, read_image
from chalicelib.model.submission import Submission, user_key
from chalicelib.store.imports import ERASED, Import, Result
from chalicelib.store.queue import Message
from chalicelib.texts import MAX_USER_ID_LENGTH, composed, properties, text
from chalicelib.wiring import Tenant, erasing

_CHUNK_BYTES = 128 * 1024
_PEOPLE_AT_ONCE = 250  # few enough that one job has time for their messages even when SQS is slow
_LONGEST_DELAY_S = 900  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_LATER_S = (30, 300)
_FOR_NOW = "user-busy"  # another request is at this user: the message comes again


def spread(tenant: Tenant, message: Message, now: datetime) -> None:  # noqa: ARG001 - a job's arguments
    """Send messages for the people of the manifest from `offset_bytes` on, and one to go on behind them."""
    what, offset = _import(tenant, message), int(message["offset_bytes"])
    chunk = tenant.read_import(what.manifest_key, offset, _CHUNK_BYTES)
    lines = chunk[: chunk.rfind(b"\n") + 1].splitlines(keepends=True)
    lines = lines[: _at_once(what.per_s)]
    if not lines and chunk:
        raise ValueError("a line of the manifest is too long")
    if not lines:
        return
    told = {"tenant": tenant.name, "import_id": what.import_id}
    people = [{"job": "import_person", **told, "person": json.loads(line)} for line in lines]
    tenant.queue.send_many(people, per_s=what.per_s)
    rest = {"job": "import", **told, "offset_bytes": offset + sum(map(len, lines))}
    tenant.queue.send(rest, delay_s=min(_LONGEST_DELAY_S, math.ceil(len(lines) / what.per_s)))


def _at_once(per_s: float) -> int:
    """How many people one job spreads: those of whole seconds, since by those SQS delays, and no longer than it may."""
    seconds = min(_LONGEST_DELAY_S, math.ceil(_PEOPLE_AT_ONCE / per_s))
    return max(1, math.floor(per_s * seconds))


def import_person(tenant: Tenant, message: Message, now: datetime) -> None:
    """Register one person, or find that it is done. Raises AwsError and what else passes by itself: it comes again."""
    what, person = _import(tenant, message), _as_asked_for(message["person"])
    if tenant.imports.is_settled(what.import_id, person["user_id"]):
        return
    verification_id = hashlib.sha256(f"{what.import_id}\0{person['user_id']}".encode()).hexdigest()[:32]
    logs.name(work=verification_id)
    try:
        tenant.imports.settle(what.import_id, _outcome(tenant, what, person, verification_id, now), now)
    except ShareUsedUpError:  # the tenant's own applicants come first, and it is no failed try of this message
        tenant.queue.send(message, delay_s=random.randint(*_LATER_S))  # noqa: S311 - any moment will do


def _as_asked_for(person: Mapping[str, Any]) -> dict[str, Any]:
    """With the user id as requests have it: in a file's name letters may be composed otherwise."""
    return {**person, "user_id": composed(person["user_id"])}


def _import(tenant: Tenant, message: Message) -> Import:
    what = tenant.imports.get(message["import_id"])
    if what is None:
        raise ValueError("there is no such import")
    return what


def _outcome(tenant: Tenant, what: Import, person: Mapping[str, Any], verification_id: str, now: datetime) -> Result:
    """Nobody is registered who was erased since the import began; an erasure asked for just now finds who was."""
    who, user_id = user_key(tenant.name, person["user_id"]), person["user_id"]
    if what.is_over(now):
        return Result(user_id, "refused", ("import-too-old",), verification_id)
    if not tenant.personal.is_erased_since(who, what.started_at):
        result = _decided(tenant, what, person, verification_id, now)
        if not tenant.personal.is_erased_since(who, what.started_at):
            return result
        if erasure := erasing.request_erasure(tenant, who, now):
            erasing.erase_later(tenant, erasure.erasure_id)
    return Result(user_id, ERASED, (), verification_id)


def _decided(tenant: Tenant, what: Import, person: Mapping[str, Any], verification_id: str, now: datetime) -> Result:
    """The verification has the same id whenever the message comes, so one that was decided is found in the log."""
    try:
        decided = tenant.decisions.get(verification_id, now)
        reasons = tuple(f"{reason['step']}:{reason['code']}" for reason in decided["reasons"])
        return Result(person["user_id"], decided["decision"], reasons, verification_id)
    except NotFoundError:
        return _verified(tenant, what, person, verification_id, now)


def _verified(tenant: Tenant, what: Import, person: Mapping[str, Any], verification_id: str, now: datetime) -> Result:
    try:
        decision = tenant.verify(_submission(tenant, what, person, verification_id, now))
    except ConflictError as error:
        if error.code == _FOR_NOW:
            raise
        return Result(person["user_id"], "refused", (error.code,), verification_id)
    except (BadRequestError, ImageRejectedError) as error:
        code = error.code if isinstance(error, BadRequestError) else error.fault.value
        return Result(person["user_id"], "refused", (code,), verification_id)
    except (ConsentMissingError, LockedOutError) as error:
        code = "consent-missing" if isinstance(error, ConsentMissingError) else "locked-out"
        return Result(person["user_id"], "refused", (code,), verification_id)
    reasons = tuple(f"{reason.step}:{reason.code}" for reason in decision.reasons)
    return Result(person["user_id"], decision.verdict.value, reasons, verification_id)


def _submission(
    tenant: Tenant, what: Import, person: Mapping[str, Any], verification_id: str, now: datetime
) -> Submission:
    """Raises BadRequestError where a request with these texts is refused too: nobody could name such a user later."""
    card = person.get("id_card")
    return Submission(
        verification_id=verification_id,
        tenant=tenant.name,
        flow=person["flow"],
        user_id=text(person, "user_id", MAX_USER_ID_LENGTH),
        received_at=now,
        selfie=_picture(tenant, person["selfie"]),
        id_card=_picture(tenant, card) if card else None,
        properties=properties(person),
        consent=Consent(what.consent, now) if what.consent else None,
    )


def _picture(tenant: Tenant, key: str) -> Image:
    """Raises BadRequestError when it is not there, ImageRejectedError when it is no picture that can be used."""
    return read_image(tenant.read_import(key))
