"""RLlib's learner group whose checkpoints either succeed on every learner or raise.

RLlib 2.60 drops what remote learners raise while they save or restore (`Checkpointable.save_to_path` and
`_restore_all_subcomponents_from_path` ignore the results of `foreach_actor`): training would go on from the
weights of the start. This class may go once they do not.
"""

from __future__ import annotations

from typing import Any

from ray.rllib.core.learner.learner_group import LearnerGroup

from codearena_ray.algorithms.fleet import on_learners
from codearena_ray.errors import InfrastructureError


class GRPOLearnerGroup(LearnerGroup):
    """A group of `GRPOLearner`."""

    def save_to_path(self, path: Any = None, **kwargs: Any) -> str:
        """Write a checkpoint and return its path.

        Raises:
            InfrastructureError: a remote learner could not write its part.
        """
        saved: str = super().save_to_path(path, **kwargs)
        self._check("save", saved)
        return saved

    def restore_from_path(self, path: Any, **kwargs: Any) -> None:
        """Take over a checkpoint on every learner.

        Raises:
            InfrastructureError: a remote learner could not read it.
        """
        super().restore_from_path(path, **kwargs)
        self._check("restore", path)

    def _check(self, what: str, path: Any) -> None:
        if not self.is_remote:  # the local learner raised by itself
            return
        failures = [cause for cause in on_learners(self, "last_checkpoint_error") if cause]
        if failures:
            raise InfrastructureError(f"learners could not {what} {path}: {failures[0]}")
