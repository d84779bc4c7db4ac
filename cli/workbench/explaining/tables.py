"""The tables of prices, latencies and quotas: `aws.toml` beside this file, or the user's own in the same form."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CliError

SHIPPED = Path(__file__).with_name("aws.toml")


@dataclass(frozen=True, slots=True)
class Tables:
    """One region's numbers, by "service:Operation"; `sources` are as the file names them, with its date."""

    region: str
    as_of: str
    sources: Mapping[str, str]
    latency_ms: Mapping[str, float]
    dollars: Mapping[str, float]
    calls_per_second: Mapping[str, float]

    def price(self, calls: Counter[str]) -> float | None:
        """In dollars; None when a call has no price here."""
        if any(name not in self.dollars for name in calls):
            return None
        return sum(self.dollars[name] * count for name, count in calls.items())


def read_tables(path: Path, region: str) -> Tables:
    """Raises CliError: no such file or region, or another form than `aws.toml`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        regions = content["regions"]
        if region not in regions:
            raise CliError(f"{path} has no region {region!r}, only {', '.join(regions)}; give your own with --tables.")
        own = regions[regions[region].get("same_as", region)]
        return Tables(
            region=region,
            as_of=content["as_of"],
            sources={name: content[f"{name}_source"] for name in ("prices", "latencies", "quotas")},
            latency_ms=content["latency_ms"],
            dollars=own["dollars"],
            calls_per_second=own["calls_per_second"],
        )
    except OSError as error:
        raise CliError(f"Cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise CliError(f"{path} is not in the form of {SHIPPED.name}: {error}.") from error
