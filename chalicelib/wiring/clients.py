"""This process's boto3 clients: one for each service, all from one session, each made when it is first used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

MakeClient = Callable[[str], Any]


class Clients:
    """Thread-safe. Making a client is not, so that happens one at a time."""

    def __init__(self, make: MakeClient | None = None) -> None:
        """`make` makes a service's client in botocore's place."""
        self._make = make or self._from_session
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, service: str) -> Any:
        if service in self._made:
            return self._made[service]
        with self._lock:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    @cached_property
    def _session(self) -> Any:
        """Straight from botocore: boto3 would add a tenth of a second to a cold start, and nothing that is used here.

        One for all clients: each session reads botocore's tables of endpoints and defaults anew.
        """
        import botocore.session  # noqa: PLC0415 - a health check need not pay for it

        return botocore.session.get_session()

    def _from_session(self, service: str) -> Any:
        """Timeouts that leave room for an answer within API Gateway's 29 seconds; `RetryingAws` tries again.

        In older regions botocore would sign links and forms for S3 with version 2, which S3 refuses where KMS encrypts:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        """
        from botocore import __version__  # noqa: PLC0415 - see _session
        from botocore.config import Config  # noqa: PLC0415

        # What `store.attributes` makes has DynamoDB's types already: looking at each again took a seventh of a
        # verification's processor time. Elsewhere the look is cheap, and keeps S3 from an empty key.
        validated = service != "dynamodb"

        config = Config(
            connect_timeout=2,
            read_timeout=8,
            max_pool_connections=32,
            user_agent=f"Countersign Botocore/{__version__}",  # botocore puts a longer one together twice for each call
            tcp_keepalive=True,
            retries={"mode": "standard", "total_max_attempts": 1},
            parameter_validation=validated,
            signature_version="s3v4" if service == "s3" else None,
        )
        return self._session.create_client(service, config=config)
