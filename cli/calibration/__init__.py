"""Thresholds from labelled scores: error rates with confidence, and what a sample of that size can support."""
