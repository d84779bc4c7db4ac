"""The environment that an operator's command works on, reached with AWS credentials instead of an API key."""

from __future__ import annotations

import os
from functools import partial

from chalicelib.aws import AwsCaller
from chalicelib.wiring import Services
from cli.connection import local_service
from cli.errors import CliError
from cli.local.bootstrap import NAMES, app_environment, sandbox_session
from cli.resources import queue_url


def operator_services() -> Services:
    """The environment that COUNTERSIGN_TABLE and its like name, by your own AWS credentials; else that of `make serve`.

    Raises CliError when neither is there.
    """
    if "COUNTERSIGN_TABLE" in os.environ:
        return Services(os.environ)
    local = local_service()
    if local is None:
        raise CliError("Which environment? Set COUNTERSIGN_TABLE, or start the local service with `make serve`.")
    make_client = partial(sandbox_session().client, endpoint_url=local.sandbox_url)
    aws = AwsCaller(make_client)
    jobs = queue_url(aws, NAMES.queue)
    dead_letters = {"COUNTERSIGN_DEAD_LETTER_QUEUE_URL": queue_url(aws, NAMES.dead_letter_queue)}
    return Services(app_environment(local.sandbox_url, jobs) | dead_letters, make_client)
