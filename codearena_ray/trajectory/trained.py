"""trained_groups.parquet: which groups each learner step used, at which weight version.

The file lies beside `trajectories`, not inside, so that a pattern over that folder meets rows only. It is
replaced in one step; a run that goes on from a checkpoint first drops what it is going to train again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from codearena_ray.errors import SinkError
from codearena_ray.trajectory.columns.field import INT32, INT64, STRING, column
from codearena_ray.trajectory.durable import replacing

TRAINED_SCHEMA = pa.schema(
    [
        column("iteration", INT32, "Learner step"),
        column("group_id", STRING, "Group whose rows were trained"),
        column("module", STRING, "RLlib module that was updated"),
        column("rows", INT32, "Rows of the group that entered the batch", unit="rows"),
        column("tokens", INT64, "Trainable tokens in them", unit="tokens"),
        column("version", INT64, "Weight version that the step started from"),
    ]
)


@dataclass(frozen=True, slots=True)
class TrainedGroup:
    """One group in one learner step."""

    iteration: int
    group_id: str
    module: str
    rows: int
    tokens: int
    version: int


class TrainedGroups:
    """Writes the file.

    Args:
        path: `RUN/trained_groups.parquet`; read if it is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._table = TRAINED_SCHEMA.empty_table()
        try:
            if self._path.is_file():
                self._table = pq.ParquetFile(self._path).read().cast(TRAINED_SCHEMA)
        except (OSError, pa.ArrowException) as error:
            raise SinkError(f"{self._path}: damaged: {error}") from error

    @property
    def table(self) -> pa.Table:
        """What the file holds."""
        return self._table

    def append(self, groups: Sequence[TrainedGroup]) -> None:
        """Add the groups of a learner step; they are on the disk when this returns."""
        if groups:
            added = pa.Table.from_pylist([asdict(group) for group in groups], schema=TRAINED_SCHEMA)
            self._replace(pa.concat_tables([self._table, added]))

    def drop_after(self, iteration: int) -> None:
        """Forget the learner steps after this one."""
        kept = self._table.filter(pc.field("iteration") <= iteration)
        if kept.num_rows < self._table.num_rows:
            self._replace(kept)

    def _replace(self, table: pa.Table) -> None:
        table = table.combine_chunks()
        try:
            with replacing(self._path) as file:
                pq.write_table(table, file, compression="zstd")
        except (OSError, pa.ArrowException) as error:
            raise SinkError(f"{self._path}: {error}") from error
        self._table = table
