"""The composition root: the only reader of os.environ, the only maker of boto3 clients.

`shared` is what all tenants share, `tenant` what one tenant has; what can be done for a tenant beside verifying is
in `blocking`, `deferral`, `erasing`, `reviewing` and `settling`. Everything is made when it is first used.
"""

from chalicelib.wiring.shared import Services, services
from chalicelib.wiring.tenant import Tenant, shard_of

__all__ = ["Services", "Tenant", "services", "shard_of"]
