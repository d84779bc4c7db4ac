from __future__ import annotations

from tests.store.conftest import server, tenant

__all__ = ["server", "tenant"]
