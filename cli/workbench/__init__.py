"""The policy workbench: `countersign policy ...`. One module per subcommand in `commands/`; the parts beside it.

Nothing here runs in Lambda. `cli.commands.policy` has the table of the subcommands.
"""
