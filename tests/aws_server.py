"""moto behind a real socket, for tests of what talks to DynamoDB and S3; botocore and its error handling are real.

One request at a time, as DynamoDB treats one item: moto itself does not make conditional writes atomic.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from chalicelib.aws import AwsCaller
from cli.resources import Names, create
from sandbox import moto_repairs

NAMES = replace(Names.for_environment("countersign-test"), collection_prefix="test")
REGION = "eu-central-1"
T = TypeVar("T")


@dataclass(frozen=True)
class AwsServer:
    """Where it listens, and AWS through it."""

    url: str
    client: Callable[[str], Any]
    aws: AwsCaller


@contextmanager
def aws_server() -> Iterator[AwsServer]:
    """A server with the app's resources, but for the collections: moto has no Rekognition of that kind."""
    _repair_moto()
    moto, lock = DomainDispatcherApplication(create_backend_app), threading.Lock()

    def one_at_a_time(environ: Any, start_response: Any) -> Iterable[bytes]:
        with lock:
            return list(moto(environ, start_response))

    server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    client = _clients(url)
    aws = AwsCaller(client)
    create(aws, NAMES, REGION, {})
    try:
        yield AwsServer(url, client, aws)
    finally:
        server.shutdown()
        thread.join()


@cache
def _repair_moto() -> None:
    moto_repairs.apply()


def _clients(url: str) -> Callable[[str], Any]:
    config = Config(max_pool_connections=32, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})

    @cache
    def client(service: str) -> Any:
        return botocore.session.get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    return client


def at_once(calls: Iterable[Callable[[], T]]) -> list[T | Exception]:
    """Start all calls at the same moment; what each returned or raised."""
    waiting = list(calls)
    barrier = threading.Barrier(len(waiting))

    def run(call: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))
