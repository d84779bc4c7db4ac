"""Where the service is and which key opens it: options, then the environment, then what `make serve` wrote down."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.client import Client
from cli.errors import CliError

LOCAL_FILE = Path(".countersign/keys.json")


@dataclass(frozen=True, slots=True)
class Local:
    """The local service that `make serve` runs: its URLs, its table, and the key of each tenant."""

    url: str
    sandbox_url: str
    table: str
    keys: Mapping[str, str]

    def save(self, path: Path = LOCAL_FILE) -> None:
        """For this user's eyes only: it holds keys."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
            json.dump(asdict(self), file, indent=2)


def local_service(path: Path = LOCAL_FILE) -> Local | None:
    """What `make serve` wrote, or None when it never ran here."""
    try:
        return Local(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise CliError(f"{path} is damaged; start `make serve` again.") from error


def connect(tenant: str | None, url: str | None, key: str | None) -> Client:
    """`url` and `key` are the options or their environment variables. Raises CliError that says what is missing."""
    local = local_service() if url is None or key is None else None
    if url is None:
        if local is None:
            raise CliError("No service is known. Start one with `make serve`, or give --url (or COUNTERSIGN_URL).")
        url = local.url
    if key is None:
        key = _local_key(local, tenant, url)
    return Client(url, key)


def _local_key(local: Local | None, tenant: str | None, url: str) -> str:
    if local is None or local.url != url.rstrip("/"):
        raise CliError(f"No key for {url}. Give --key (or COUNTERSIGN_KEY); `countersign keys create` makes one.")
    known = ", ".join(sorted(local.keys))
    if tenant is None:
        raise CliError(f"Which tenant? Give --tenant; the local service has {known}.")
    if tenant not in local.keys:
        raise CliError(f"The local service has no tenant {tenant!r}, only {known}. Add policies/{tenant}.yaml.")
    return local.keys[tenant]
