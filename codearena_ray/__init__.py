"""Reinforcement learning for code repair."""

from codearena_ray.registration import register_when_loaded

__version__ = "0.1.0"

register_when_loaded()
