"""Ray for a verb that needs it: the cluster that `RAY_ADDRESS` names, or one of its own on this machine."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from codearena_ray.errors import InfrastructureError, UserError


@contextmanager
def ray_cluster(*, num_cpus: int) -> Iterator[None]:
    """Keep Ray running within the block; a cluster that was there before stays.

    Args:
        num_cpus: Logical CPUs of a cluster that is started here.

    Raises:
        UserError: Ray is not installed.
        InfrastructureError: it did not start.
    """
    # Ray reads both when it is imported: no usage statistics; GPUs stay visible to actors that ask for none.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise UserError(f"this needs Ray ({error}); run launch/install.sh") from error

    joined = ray.is_initialized() or bool(os.environ.get("RAY_ADDRESS"))
    options: dict[str, Any] = {} if joined else {"num_cpus": num_cpus, "include_dashboard": False}
    try:
        if not ray.is_initialized():
            with _keeping_sigterm():
                ray.init(log_to_driver=False, logging_level="error", **options)
    except (ConnectionError, RuntimeError) as error:
        raise InfrastructureError(f"Ray did not start: {error}") from error
    try:
        yield
    finally:
        if not joined:
            ray.shutdown()


@contextmanager
def _keeping_sigterm() -> Iterator[None]:
    """Keep the handler of SIGTERM, which `ray.init` replaces by one that exits at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
