"""What AWS asks for a call, in dollars: the table that `countersign policy explain` uses, for us-east-1.

Beside it what it takes to run code there: list prices of the first tier, as published in 2025.
https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/step-functions/pricing/
https://aws.amazon.com/api-gateway/pricing/
"""

from __future__ import annotations

from collections import Counter

from cli.workbench.explaining.tables import SHIPPED, read_tables

LAMBDA_REQUEST = 0.2e-6
LAMBDA_GB_S = 16.6667e-6
EXPRESS_REQUEST = 1e-6
REST_REQUEST = 3.5e-6

_PER_CALL = read_tables(SHIPPED, "us-east-1").dollars


def dollars(calls: Counter[str]) -> float:
    """Of calls counted by "service:Operation". Raises KeyError for one that has no price."""
    return sum(_PER_CALL[name] * times for name, times in calls.items() if not name.startswith("hop:"))
