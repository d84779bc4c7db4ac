"""One click command per module; `cli.commands.policy` puts them in order."""
