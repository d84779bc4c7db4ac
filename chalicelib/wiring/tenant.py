"""One tenant: its stores, its policy, its verifications."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from chalicelib.effects.ports import EffectPorts
from chalicelib.engine.commit import Writing, recover
from chalicelib.engine.plan import plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.engine.verify import verify
from chalicelib.errors import AwsError
from chalicelib.model.deadline import Deadline
from chalicelib.model.decision import Decision
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow, Policy, collection_names
from chalicelib.model.submission import LivenessClaim, Submission
from chalicelib.signals.request import SignalRequest
from chalicelib.store.attempts import Attempts
from chalicelib.store.audit import Audit
from chalicelib.store.blocklist import Blocklist
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits
from chalicelib.store.decisions import Decisions
from chalicelib.store.erasures import Erasures
from chalicelib.store.expiry import Expiry
from chalicelib.store.idempotency import Idempotency
from chalicelib.store.import_files import read_import
from chalicelib.store.imports import Imports
from chalicelib.store.items import Table
from chalicelib.store.kept_reviews import KeptReviews
from chalicelib.store.liveness import LivenessSessions
from chalicelib.store.paces import Paces
from chalicelib.store.personal import PersonalItems
from chalicelib.store.pictures import Pictures
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.queue import Queue
from chalicelib.store.reviews import Reviews
from chalicelib.store.signing import Signer
from chalicelib.store.uploads import Uploads
from chalicelib.store.users import Users
from chalicelib.wiring.sharing import Share

if TYPE_CHECKING:
    from chalicelib.wiring.shared import Services

UNDO_RESERVE_S = 4.0  # of a request's time, kept for undoing what could not be finished

_log = logging.getLogger(__name__)


class Tenant:
    """All that one tenant has, bound to its name.

    `aws` ends UNDO_RESERVE_S before the deadline; `finishing` is for what must follow then: undo, the log, an answer
    kept.
    """

    def __init__(self, shared: Services, name: str, deadline: Deadline | None) -> None:
        self._shared = shared
        self.name = name
        self.finishing = shared.aws_until(deadline) if deadline else shared.aws
        self.table = shared.setting("TABLE")
        self._share = Share(Paces(self.finishing, self.table, name, shared.first_per_s), shared.watch)
        self.aws = shared.aws
        if deadline:
            self.aws = shared.aws_until(deadline.earlier_by(UNDO_RESERVE_S), self._share.turn_s)
        bound = (self.aws, self.table, name)
        finishing = (self.finishing, self.table, name)
        self.users = Users(*bound)
        self.blocklist = Blocklist(*bound)
        self.idempotency = Idempotency(*finishing)
        self.imports = Imports(*finishing)
        self.queue = Queue(self.finishing, shared.setting("QUEUE_URL"))
        self.changes = Changes(*finishing, self.queue)
        self.erasures = Erasures(Table(self.finishing, self.table), name)
        self._attempts = Attempts(*finishing)
        self._commits = Commits(*bound)
        self._expiry = Expiry(*bound)
        self._liveness = LivenessSessions(*bound)

    @cached_property
    def images_bucket(self) -> str:
        return self._shared.setting("IMAGES_BUCKET")

    @cached_property
    def plugins(self) -> Plugins:
        return self._shared.plugins

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(*self._log_parts)

    @cached_property
    def audit(self) -> Audit:
        return Audit(*self._log_parts)

    @cached_property
    def reviews(self) -> Reviews:
        return Reviews(Table(self.finishing, self.table), self.name)

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures(self.aws, self.images_bucket)

    @cached_property
    def kept_reviews(self) -> KeptReviews:
        return KeptReviews(self.reviews, Pictures(self.finishing, self.images_bucket))

    @cached_property
    def personal(self) -> PersonalItems:
        return PersonalItems(Table(self.aws, self.table), self.name, self._shared.pseudonyms)

    @cached_property
    def uploads(self) -> Uploads:
        presign = partial(_presigned_post, self._shared)
        return Uploads(self.aws, self.table, self.name, self.images_bucket, presign)

    @property
    def _log_parts(self) -> tuple[Table, str, Signer, Pseudonyms]:
        return Table(self.finishing, self.table), self.name, self._shared.signer, self._shared.pseudonyms

    def read_import(self, key: str, first_byte: int = 0, most_bytes: int | None = None) -> bytes:
        """An object of the tenant's imports, or a part of it. Raises BadRequestError when there is none."""
        return read_import(self.aws, self.images_bucket, self.name, key, first_byte, most_bytes)

    def policy(self) -> Policy:
        return self._shared.policies.policy(self.name)

    def inputs_of(self, flow: Flow) -> tuple[str, ...]:
        return plan_flow(flow, self.plugins).inputs

    def collections(self, policy: Policy) -> tuple[str, ...]:
        """All the tenant's shards."""
        prefix = self._shared.setting("COLLECTION_PREFIX")
        return tuple(f"{prefix}-{name}" for name in collection_names(self.name, policy.faces.shards))

    def image_key(self, user_key: str, change_id: str, kind: str) -> str:
        return f"{self.name}/users/{user_key}/{change_id}/{kind}"

    def stored_selfie(self, image_key: str) -> dict[str, Any]:
        """Rekognition's Image of a stored picture."""
        return {"S3Object": {"Bucket": self.images_bucket, "Name": image_key}}

    def picture_link(self, key: str, good_for_s: int) -> str:
        """Where anybody can GET a stored picture for so long."""
        parameters = {"Bucket": self.images_bucket, "Key": key, "ResponseCacheControl": "no-store"}
        return str(self._shared.client("s3").generate_presigned_url("get_object", parameters, good_for_s))

    def create_liveness_session(self, user_key: str, now: datetime) -> str:
        session_id = str(self.aws("rekognition", "create_face_liveness_session", {})["SessionId"])
        self._liveness.create(session_id, user_key, now)
        return session_id

    def verify(self, submission: Submission) -> Decision:
        policy = self.policy()
        return verify(policy, submission, self.plugins, self.ports(policy))

    def recover(self, user_key: str, now: datetime) -> None:
        """Undo or finish what a crash left of a change of the user, and let go of what has expired.

        Idempotent. Raises AwsError if something stayed.
        """
        self._expiry.expire(user_key, now)
        recover(user_key, now, self._writing(()))

    def ports(self, policy: Policy) -> Ports:
        """The engine's ways out."""
        collections = self.collections(policy)
        return Ports(
            wait_for_share=self._share.wait,
            signal_request=lambda submission, asked: SignalRequest(
                aws=self.aws,
                users=self.users,
                blocks=self.blocklist,
                images_bucket=self.images_bucket,
                submission=submission,
                collections=collections,
                asked=asked,
            ),
            claim_liveness=self._claim_liveness,
            writing=self._writing(collections),
            attempts=self._attempts,
            log=self.decisions,
            reviews=self.kept_reviews,
            collection_for=lambda user_key: collections[shard_of(user_key, len(collections))],
            image_key=self.image_key,
            new_change_id=lambda: uuid4().hex,
            call_recovery=self._call_recovery,
            now=lambda: datetime.now(UTC),
            clock_s=time.perf_counter,
            candidate=self._candidate(policy.shadow),
        )

    def _writing(self, collections: tuple[str, ...]) -> Writing:
        """`collections` are those in which rivals are looked for."""
        ports = EffectPorts(self.aws, self.images_bucket, self.users, self.changes, self._commits, collections)
        return Writing(
            self.plugins.effects, ports, replace(ports, aws=self.finishing), self.changes, self._shared.threads
        )

    def _candidate(self, shadow: str | None) -> Callable[[], Policy] | None:
        """Loaded while the verification waits for AWS; one that is not there by the decision is not waited for."""
        if shadow is None:
            return None
        loading = self._shared.threads.start(self._shared.policies.policy, shadow)
        return lambda: loading.result(timeout=0)

    def _claim_liveness(self, submission: Submission) -> LivenessClaim:
        return self._liveness.claim(
            submission.liveness_session or "", submission.user_key, submission.verification_id, submission.received_at
        )

    def _call_recovery(self, user_key: str) -> None:
        """If the message is lost, the sweep finds the record."""
        try:
            self.queue.send({"job": "recover", "tenant": self.name, "user_key": user_key})
        except AwsError as error:
            _log.error("recovery was not called: %s %s", error.operation, error.code)


def shard_of(user_key: str, shards: int) -> int:
    """The same in every process and for ever: SHA-256, never Python's own salted hash."""
    return int.from_bytes(sha256(user_key.encode()).digest()[:8]) % shards


def _presigned_post(shared: Services, parameters: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = shared.client("s3").generate_presigned_post(**parameters)
    return answer
