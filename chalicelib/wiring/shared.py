"""What all tenants share: settings, clients, plugins, and the stores that belong to no tenant."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from chalicelib.aws import Aws, AwsCaller
from chalicelib.checks import all_checks
from chalicelib.effects import built_in_effects
from chalicelib.logs import carried, set_up
from chalicelib.model.deadline import Deadline
from chalicelib.model.plugins import Plugins
from chalicelib.policy.source import PolicySource
from chalicelib.retries import RetryingAws, TurnS, at_once
from chalicelib.signals import built_in_signals
from chalicelib.store.credentials import Credentials
from chalicelib.store.due import Due
from chalicelib.store.key_uses import KeyUses
from chalicelib.store.policies import PolicyObjects
from chalicelib.store.pseudonyms import Pseudonyms
from chalicelib.store.queue import Queue
from chalicelib.store.signing import Signer
from chalicelib.threads import Threads
from chalicelib.wiring.clients import Clients, MakeClient
from chalicelib.wiring.sharing import Watch
from chalicelib.wiring.tenant import Tenant

# API Gateway waits 29 s, and the slowest call takes 2 s to connect and 8 s to be read: none is begun later than this.
REQUEST_BUDGET_S = 18.0
CALL_BUDGET_S = 4.0  # of a call that belongs to no request, or to all


@cache
def services() -> Services:
    """This process's services, from its environment."""
    set_up()
    return Services(os.environ)


class Services:
    """What all tenants share. Thread-safe. `make_client` makes a service's client in botocore's place."""

    def __init__(self, environment: Mapping[str, str], make_client: MakeClient | None = None) -> None:
        self._environment = environment
        self._clients = Clients(make_client)
        self._prepared = False
        self._calls = AwsCaller(self.client)
        self.aws: Aws = RetryingAws(self._calls, lambda: Deadline.after(CALL_BUDGET_S))

    def setting(self, name: str) -> str:
        """COUNTERSIGN_<name>. Raises KeyError, which names it, when the deployment forgot it."""
        return self._environment[f"COUNTERSIGN_{name}"]

    def client(self, service: str) -> Any:
        """A boto3 client, one per service."""
        return self._clients.get(service)

    def prepare(self) -> None:
        """Begin to make what a verification needs, beside what it does first. Only the first time does anything."""
        if not self._prepared:
            self._prepared = True
            threading.Thread(target=carried(self._make_ready), name="prepare", daemon=True).start()

    def _make_ready(self) -> None:
        """What is needed first comes first: the policy's bucket, what judges the policy, then the rest."""
        with suppress(Exception):  # whoever needs a part makes it again, and hears why it cannot be made
            self.client("s3")
            self.policies.prepare()
            for service in ("dynamodb", "rekognition", "kms", "sqs"):
                self.client(service)

    @cached_property
    def threads(self) -> Threads:
        return Threads()

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
        return KeyUses(self.credentials, self.threads.start)

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

    def aws_until(self, deadline: Deadline, turn_s: TurnS = at_once) -> Aws:
        """AWS for what has to be done by then."""
        return RetryingAws(self._calls, lambda: deadline, turn_s=turn_s)

    @cached_property
    def watch(self) -> Watch:
        return Watch()

    @cached_property
    def first_per_s(self) -> dict[str, float]:
        """AWS's quotas of calls per second, of operations that have others than usual."""
        quotas: dict[str, float] = json.loads(self._environment.get("COUNTERSIGN_QUOTAS", "{}"))
        return quotas

    def tenant(self, name: str, deadline: Deadline | None = None) -> Tenant:
        """Without a deadline, for operators' commands, each call has a budget of its own."""
        return Tenant(self, name, deadline)

    def usage_key(self, tenant: str) -> str:
        """The API key of a tenant's usage plan. No secret: without a credential it admits nobody."""
        return sha256(f"{self.setting('COLLECTION_PREFIX')}/{tenant}".encode()).hexdigest()
