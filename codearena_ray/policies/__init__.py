"""Policies: the embedded tiny one and how it is made, and the fixers that answer without training."""
