"""Frozen values and the descriptions of plugins: the vocabulary that everything else speaks. No I/O."""
