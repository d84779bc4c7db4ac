"""The ways in which the sandbox does not answer a call as asked."""


class AwsError(Exception):
    """An error that the caller sees as AWS's own.

    code: the name in botocore's service model, e.g. "InvalidImageFormatException".
    message: the text that AWS sends beside it.
    status: the HTTP status; AWS's JSON services answer 400 to everything that the caller did wrong.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class HangUpError(Exception):
    """The connection is closed without an answer."""
