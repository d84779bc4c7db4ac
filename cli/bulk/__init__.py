"""Registering many people: where they come from, what was done already, and doing the rest side by side."""
