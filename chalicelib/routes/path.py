"""Names in the path of a request."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

from chalice.app import Request


def path_name(request: Request) -> str:
    """The path's last part, which may be any text. API Gateway decodes path parameters and chalice local does not, so
    the raw path is read.
    """
    return unicodedata.normalize("NFC", unquote(request.context["path"].rpartition("/")[2]))
