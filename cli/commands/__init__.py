"""One file per group of commands; `cli.main` puts them together."""
