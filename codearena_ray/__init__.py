"""Reinforcement learning for code repair."""

__version__ = "0.1.0"
