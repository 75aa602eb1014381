"""Reading one closed file of rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def read_segment(path: Path, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the rows of a closed segment, Arrow or Parquet; of all columns where none are named."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).read(columns=None if columns is None else list(columns))
    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_file(file).read_all()
    return table if columns is None else table.select(list(columns))
