"""The composition root: the only reader of os.environ, the only maker of boto3 clients.

Everything is made when it is first used.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from hashlib import sha256
from typing import Any
from uuid import uuid4

from chalicelib.aws import Aws, AwsCaller
from chalicelib.checks import all_checks
from chalicelib.effects import built_in_effects
from chalicelib.effects.blocked_face import block_face, unblock_face
from chalicelib.effects.erase import Place, faces_of, pictures_below
from chalicelib.effects.ports import EffectPorts
from chalicelib.engine.commit import Writing, recover
from chalicelib.engine.deferred import judge_deferred
from chalicelib.engine.plan import plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.engine.verify import verify
from chalicelib.erasing import Erasing, carry_out
from chalicelib.errors import AwsError
from chalicelib.model.block import Block, BlockSource
from chalicelib.model.deadline import Deadline
from chalicelib.model.decision import Decision
from chalicelib.model.deferred import Deferred
from chalicelib.model.erasure import Erasure
from chalicelib.model.facts import User, UserStatus
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow, Policy, collection_names
from chalicelib.model.submission import LivenessClaim, Submission
from chalicelib.policy.source import PolicySource
from chalicelib.retries import RetryingAws
from chalicelib.signals import built_in_signals
from chalicelib.signals.request import SignalRequest
from chalicelib.store.attempts import Attempts
from chalicelib.store.audit import Audit
from chalicelib.store.blocklist import Blocklist
from chalicelib.store.changes import Changes
from chalicelib.store.commits import Commits
from chalicelib.store.credentials import Credentials
from chalicelib.store.decisions import Decisions
from chalicelib.store.deferred import DeferredSteps
from chalicelib.store.due import Due
from chalicelib.store.erasures import Erasures
from chalicelib.store.expiry import Expiry
from chalicelib.store.idempotency import Idempotency
from chalicelib.store.import_files import read_import
from chalicelib.store.imports import Imports
from chalicelib.store.items import Table
from chalicelib.store.key_uses import KeyUses
from chalicelib.store.liveness import LivenessSessions
from chalicelib.store.personal import KINDS, PersonalItems
from chalicelib.store.pictures import Pictures
from chalicelib.store.policies import PolicyObjects
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.queue import Queue
from chalicelib.store.signing import Signer
from chalicelib.store.uploads import Uploads
from chalicelib.store.users import Users

# API Gateway waits 29 s, and the slowest call takes 2 s to connect and 8 s to be read: none is begun later than this.
REQUEST_BUDGET_S = 18.0
UNDO_RESERVE_S = 4.0  # of it, kept for undoing what could not be finished
CALL_BUDGET_S = 4.0  # of a call that belongs to no request, or to all


_log = logging.getLogger(__name__)


@cache
def services() -> Services:
    """This process's services, from its environment."""
    return Services(os.environ)


def _make_client(service: str) -> Any:
    """Timeouts that leave room for an answer within API Gateway's 29 seconds; `RetryingAws` tries again.

    Straight from botocore: boto3 would add a fifth of a second to a cold start, and nothing that is used here.
    """
    import botocore.session  # noqa: PLC0415 - a health check need not pay for it
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=2,
        read_timeout=8,
        max_pool_connections=32,
        tcp_keepalive=True,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return botocore.session.get_session().create_client(service, config=config)


class Services:
    """What all tenants share. Thread-safe. `make_client` makes a service's client, once for each."""

    def __init__(self, environment: Mapping[str, str], make_client: Callable[[str], Any] = _make_client) -> None:
        self._environment = environment
        self._make_client = make_client
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._calls = AwsCaller(self.client)
        self.aws: Aws = RetryingAws(self._calls, lambda: Deadline.after(CALL_BUDGET_S))

    def setting(self, name: str) -> str:
        """COUNTERSIGN_<name>. Raises KeyError, which names it, when the deployment forgot it."""
        return self._environment[f"COUNTERSIGN_{name}"]

    def client(self, service: str) -> Any:
        """A boto3 client, one per service; creating one is not thread-safe, using it is."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def prepare(self, *names: str) -> None:
        """Begin to make these services' clients, beside what a request does first; the most urgent comes first."""
        if missing := [name for name in names if name not in self._clients]:
            threading.Thread(target=self._make_all, args=(missing,), name="clients", daemon=True).start()

    def _make_all(self, names: list[str]) -> None:
        with suppress(Exception):  # whoever needs the client makes it again, and hears why it cannot be made
            for name in names:
                self.client(name)

    @cached_property
    def plugins(self) -> Plugins:
        return Plugins(all_checks(), built_in_signals(), built_in_effects())

    @cached_property
    def reason_messages(self) -> dict[str, str]:
        """What each reason code means, by "check.code"."""
        checks = self.plugins.checks.values()
        return {f"{check.name}.{code}": text for check in checks for code, text in check.reasons.items()}

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.aws, self.setting("TABLE"))

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.aws, self.setting("SIGNING_KEY_ID"))

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(self.aws, self.setting("TABLE"))

    @cached_property
    def key_uses(self) -> KeyUses:
        return KeyUses(self.credentials, ThreadPoolExecutor(max_workers=1, thread_name_prefix="key-use").submit)

    @cached_property
    def policies(self) -> PolicySource:
        refresh_s = float(self._environment.get("COUNTERSIGN_POLICY_REFRESH_S", "30"))
        return PolicySource(PolicyObjects(self.aws, self.setting("POLICIES_BUCKET")), self.plugins, refresh_s)

    @cached_property
    def queue(self) -> Queue:
        return Queue(self.aws, self.setting("QUEUE_URL"))

    @cached_property
    def due(self) -> Due:
        return Due(self.aws, self.setting("TABLE"))

    def aws_until(self, deadline: Deadline) -> Aws:
        """AWS for what has to be done by then."""
        return RetryingAws(self._calls, lambda: deadline)

    @cached_property
    def background(self) -> ThreadPoolExecutor:
        """For what no answer waits for."""
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    def tenant(self, name: str, deadline: Deadline | None = None) -> Tenant:
        """Without a deadline, for operators' commands, each call has a budget of its own."""
        return Tenant(self, name, deadline)

    def usage_key(self, tenant: str) -> str:
        """The API key of a tenant's usage plan. No secret: without a credential it admits nobody."""
        return sha256(f"{self.setting('COLLECTION_PREFIX')}/{tenant}".encode()).hexdigest()


class Tenant:
    """All that one tenant has: stores bound to its name, its policy, its verifications."""

    def __init__(self, shared: Services, name: str, deadline: Deadline | None) -> None:
        self._shared = shared
        self.name = name
        # The second is for what must follow when the time for the first is over: undo, the log, an answer kept.
        self._aws = shared.aws_until(deadline.earlier_by(UNDO_RESERVE_S)) if deadline else shared.aws
        self._finishing = shared.aws_until(deadline) if deadline else shared.aws
        bound = (self._aws, shared.setting("TABLE"), name)
        self.users = Users(*bound)
        self.idempotency = Idempotency(self._finishing, shared.setting("TABLE"), name)
        self.queue = Queue(self._finishing, shared.setting("QUEUE_URL"))
        self.changes = Changes(self._finishing, shared.setting("TABLE"), name, self.queue)
        self.blocklist = Blocklist(*bound)
        self._expiry = Expiry(*bound)
        self._commits = Commits(*bound)
        self._attempts = Attempts(self._finishing, shared.setting("TABLE"), name)
        self._liveness = LivenessSessions(*bound)

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(*self._log_parts)

    @cached_property
    def imports(self) -> Imports:
        return Imports(self._finishing, self._shared.setting("TABLE"), self.name)

    def read_import(self, key: str, first_byte: int = 0, most_bytes: int | None = None) -> bytes:
        """An object of the tenant's imports, or a part of it. Raises BadRequestError when there is none."""
        return read_import(self._aws, self._shared.setting("IMAGES_BUCKET"), self.name, key, first_byte, most_bytes)

    @cached_property
    def audit(self) -> Audit:
        return Audit(*self._log_parts)

    @cached_property
    def erasures(self) -> Erasures:
        return Erasures(Table(self._finishing, self._shared.setting("TABLE")), self.name)

    @cached_property
    def _personal(self) -> PersonalItems:
        return PersonalItems(Table(self._aws, self._shared.setting("TABLE")), self.name, self._shared.pseudonyms)

    @property
    def _log_parts(self) -> tuple[Table, str, Signer, Pseudonyms]:
        shared = self._shared
        return Table(self._finishing, shared.setting("TABLE")), self.name, shared.signer, shared.pseudonyms

    @cached_property
    def uploads(self) -> Uploads:
        shared = self._shared
        presign = partial(_presigned_post, shared)
        return Uploads(self._aws, shared.setting("TABLE"), self.name, shared.setting("IMAGES_BUCKET"), presign)

    @contextmanager
    def uploads_of(self, verification_id: str, now: datetime) -> Iterator[Callable[[str], bytes]]:
        """How a verification takes its uploads. They are gone afterwards, unless it may have to be tried again."""
        taken: list[str] = []

        def take(upload_id: str) -> bytes:
            content = self.uploads.take(upload_id, verification_id, now)
            taken.append(upload_id)
            return content

        try:
            yield take
        except AwsError:
            raise
        except Exception:
            self._discard(taken)
            raise
        self._discard(taken)

    def _discard(self, upload_ids: list[str]) -> None:
        """One that stays is gone after a day."""
        for upload_id in upload_ids:
            with suppress(AwsError):
                self.uploads.discard(upload_id)

    def policy(self) -> Policy:
        return self._shared.policies.policy(self.name)

    def inputs_of(self, flow: Flow) -> tuple[str, ...]:
        return plan_flow(flow, self._shared.plugins).inputs

    def verify(self, submission: Submission) -> Decision:
        policy = self.policy()
        return verify(policy, submission, self._shared.plugins, self._ports(policy))

    def create_liveness_session(self, user_key: str, now: datetime) -> str:
        session_id = str(self._aws("rekognition", "create_face_liveness_session", {})["SessionId"])
        self._liveness.create(session_id, user_key, now)
        return session_id

    def request_erasure(self, user_key: str, now: datetime) -> Erasure | None:
        """Note that a user is to be erased; None when nothing is held of it. `erase` carries it out."""
        if self.users.get(user_key) is None and not any(self._personal.find(user_key, kind) for kind in KINDS):
            return None
        erasure = Erasure(uuid4().hex, now, user_key)
        self.erasures.add(erasure)
        return erasure

    def erase(self, erasure_id: str, now: datetime) -> Erasure:
        """Carry out an erasure. Raises like `erasing.carry_out`."""
        return carry_out(Erasing(self.users, self.erasures, self.audit, self._places, self.recover), erasure_id, now)

    def erase_later(self, erasure_id: str) -> None:
        """Go on from the queue, once what was in the way may be over."""
        self.queue.send({"job": "erase", "tenant": self.name, "erasure_id": erasure_id}, delay_s=5)

    def _places(self, user_key: str) -> tuple[Place, ...]:
        prefix = f"{self.name}/users/{user_key}/"
        return (
            faces_of(self._aws, self.collections(self.policy()), user_key),
            pictures_below(self._aws, self._shared.setting("IMAGES_BUCKET"), prefix),
            *(Place(kind, partial(self._personal.find, user_key, kind), self._personal.delete) for kind in KINDS),
        )

    def recover(self, user_key: str, now: datetime) -> None:
        """Undo or finish what a crash left of a change of the user, and let go of what has expired.

        Idempotent. Raises AwsError if something stayed.
        """
        self._expiry.expire(user_key, now)
        recover(user_key, now, self._writing(()))

    def expire_block(self, block_id: str, now: datetime) -> None:
        """Delete the face of a block that is over. Idempotent. Raises AwsError if it stayed."""
        block = self.blocklist.get(block_id)
        if block is not None and block.is_over(now):
            unblock_face(self._finishing, self.blocklist, block)
            self.audit.note("block_ended", {"block": block_id}, now)

    def judge_deferred(self, user_key: str, now: datetime) -> None:
        """Judge what a registration of this user left open, if anything, and make that real. Idempotent."""
        user = self.users.get(user_key)
        if user is None or user.status is not UserStatus.PROVISIONAL or user.deferred is None:
            return
        policy, first = self.policy(), user.deferred.verification_id
        submission = self._stored_submission(user, user.deferred, now)
        decision = judge_deferred(policy, submission, first, self._shared.plugins, self._ports(policy))
        steps = DeferredSteps(self._aws, self._shared.setting("TABLE"), self.name)
        if steps.close(user_key, self.decisions.sign(decision, policy.retention)):
            deferred_decided(decision)

    def _stored_submission(self, user: User, deferred: Deferred, now: datetime) -> Submission:
        pictures = Pictures(self._aws, self._shared.setting("IMAGES_BUCKET"))
        images = {kind: pictures.read(key) for kind, key in deferred.image_keys.items()}
        return Submission(
            verification_id=deferred.decision_id,
            tenant=self.name,
            flow=deferred.flow,
            user_id=user.user_id,
            received_at=now,
            properties=deferred.properties,
            consent=user.consent,
            selfie=images.get("selfie"),
            id_card=images.get("id_card"),
            id_card_back=images.get("id_card_back"),
        )

    def _call_deferred(self, user_key: str) -> None:
        """If the message is lost, the sweep finds the record."""
        try:
            self.queue.send({"job": "deferred", "tenant": self.name, "user_key": user_key})
        except AwsError as error:
            _log.error("deferred steps were not called: %s %s", error.operation, error.code)

    def _writing(self, collections: tuple[str, ...]) -> Writing:
        """`collections` are those in which rivals are looked for."""
        ports = EffectPorts(
            aws=self._aws,
            images_bucket=self._shared.setting("IMAGES_BUCKET"),
            users=self.users,
            changes=self.changes,
            commits=self._commits,
            collections=collections,
        )
        return Writing(self._shared.plugins.effects, ports, replace(ports, aws=self._finishing), self.changes)

    def block_face(self, picture: Mapping[str, Any], source: BlockSource, reason: str, ends_at: datetime) -> Block:
        """Put the face in `picture` (Rekognition's Image) on the blocklist. Raises like `effects.blocked_face`."""
        block_id, now = uuid4().hex, datetime.now(UTC)
        collections = self.collections(self.policy())
        collection = collections[shard_of(block_id, len(collections))]
        block = Block(block_id, reason, source, collection, now, ends_at)
        block = block_face(self._finishing, self.blocklist, block, picture)
        self.audit.note("face_blocked", {"block": block_id, "source": source.value, "until": ends_at.isoformat()}, now)
        return block

    def unblock_face(self, block_id: str) -> None:
        """Take a face off the blocklist: at once for decisions, then for good. Raises NotFoundError."""
        now = datetime.now(UTC)
        unblock_face(self._finishing, self.blocklist, self.blocklist.end(block_id, now))
        self.audit.note("face_unblocked", {"block": block_id}, now)

    def image_key(self, user_key: str, change_id: str, kind: str) -> str:
        return f"{self.name}/users/{user_key}/{change_id}/{kind}"

    def stored_selfie(self, image_key: str) -> dict[str, Any]:
        """Rekognition's Image of a stored picture."""
        return {"S3Object": {"Bucket": self._shared.setting("IMAGES_BUCKET"), "Name": image_key}}

    def _candidate(self, shadow: str | None) -> Callable[[], Policy] | None:
        """Loaded while the verification waits for AWS; one that is not there by the decision is not waited for."""
        if shadow is None:
            return None
        loading = self._shared.background.submit(self._shared.policies.policy, shadow)
        return lambda: loading.result(timeout=0)

    def _claim_liveness(self, submission: Submission) -> LivenessClaim:
        return self._liveness.claim(
            submission.liveness_session or "", submission.user_key, submission.verification_id, submission.received_at
        )

    def _ports(self, policy: Policy) -> Ports:
        bucket = self._shared.setting("IMAGES_BUCKET")
        collections = self.collections(policy)
        return Ports(
            signal_request=lambda submission, asked: SignalRequest(
                aws=self._aws,
                users=self.users,
                blocks=self.blocklist,
                images_bucket=bucket,
                submission=submission,
                collections=collections,
                asked=asked,
            ),
            claim_liveness=self._claim_liveness,
            writing=self._writing(collections),
            attempts=self._attempts,
            log=self.decisions,
            collection_for=lambda user_key: collections[shard_of(user_key, len(collections))],
            image_key=self.image_key,
            new_change_id=lambda: uuid4().hex,
            call_deferred=self._call_deferred,
            now=lambda: datetime.now(UTC),
            clock_s=time.perf_counter,
            candidate=self._candidate(policy.shadow),
        )

    def collections(self, policy: Policy) -> tuple[str, ...]:
        """All the tenant's shards."""
        prefix = self._shared.setting("COLLECTION_PREFIX")
        return tuple(f"{prefix}-{name}" for name in collection_names(self.name, policy.faces.shards))


def deferred_decided(decision: Decision) -> None:
    """A second decision has become real. The one place that learns of each: a webhook would be sent from here.

    It is told once; after a crash at this very moment not at all, so who must know for certain asks the decision log.
    """
    told = {"event": "deferred_decided", "tenant": decision.tenant, "verification_id": decision.verification_id}
    outcome = {"decision": decision.verdict.value, "follows": decision.follows}
    reasons = [f"{reason.step}:{reason.code}" for reason in decision.reasons]
    _log.warning("%s", json.dumps({**told, **outcome, "reasons": reasons}))


def shard_of(user_key: str, shards: int) -> int:
    """The same in every process and for ever: SHA-256, never Python's own salted hash."""
    return int.from_bytes(sha256(user_key.encode()).digest()[:8]) % shards


def _presigned_post(shared: Services, parameters: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = shared.client("s3").generate_presigned_post(**parameters)
    return answer
