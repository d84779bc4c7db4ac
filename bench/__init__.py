"""Measurements, each a command. `python -m bench` runs them all and writes bench/RESULTS.md."""
