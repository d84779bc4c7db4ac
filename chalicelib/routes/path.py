"""Names in the path of a request."""

from __future__ import annotations

from urllib.parse import unquote

from chalice.app import Request

from chalicelib.texts import composed


def path_name(request: Request) -> str:
    """The path's last part, which may be any text. API Gateway decodes path parameters and chalice local does not, so
    the raw path is read.
    """
    return composed(unquote(request.context["path"].rpartition("/")[2]))
