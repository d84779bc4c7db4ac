"""What the command line tells its user went wrong."""


class CliError(Exception):
    """The message says what is wrong and what to do about it. Exit code 2."""
