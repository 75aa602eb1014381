"""The reference page of the trajectory format, written from the schemas themselves.

Regenerate it with `python -m codearena_ray.trajectory.reference > docs/reference/trajectories.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from codearena_ray.trajectory.columns import evidence, generation, identity, outcome
from codearena_ray.trajectory.schema import ROW_KEY, SCHEMA_VERSION
from codearena_ray.trajectory.trained import TRAINED_SCHEMA

_INTRODUCTION = f"""# Trajectories

Generated from `codearena_ray.trajectory` by `python -m codearena_ray.trajectory.reference`; edit the schema,
not this page.

Every action of an agent is one row. A row is written when the whole group it belongs to was accepted, and
stored once. Its key is ({", ".join(f"`{name}`" for name in ROW_KEY)}).
This is schema version {SCHEMA_VERSION}.

## Files

| in the run directory | what it is |
|---|---|
| `trajectories/NNNNNN.arrow` | closed segment, Arrow IPC file |
| `trajectories/NNNNNN-NNNNNN.parquet` | several closed segments, compacted; they are deleted |
| `trajectories/NNNNNN.arrow.partial` | the open segment; whole groups up to its end |
| `trajectories/manifest.json` | closed files with rows, bytes, sha256 and groups |
| `trained_groups.parquet` | which groups a learner step used |

A run that ended holds Parquet only. Closed files open without this package:

```python
from glob import glob

import duckdb
import pandas
import polars

pandas.concat(map(pandas.read_parquet, glob("RUN/trajectories/*.parquet")))
polars.read_parquet("RUN/trajectories/*.parquet")
duckdb.sql("select step, avg(score) from 'RUN/trajectories/*.parquet' where unscored_cause = '' group by all")
polars.read_ipc("RUN/trajectories/000001.arrow")
```

With it, also while the run goes on or after it was killed, each row once:

```python
from codearena_ray.trajectory.reading import read_rows

table = read_rows("RUN", columns=["task_id", "step", "score"])
```

Unit, meaning and the meaning of null are in the metadata of every Arrow field, down to the members of
structs. A mean over rows leaves out those with an `unscored_cause`; null is never a zero.
"""

_SECTIONS = (
    ("Action", identity.ACTION),
    ("Task", identity.TASK),
    ("Policy and engine", generation.SOURCE),
    ("Messages and tokens", generation.TOKENS),
    ("Answer", evidence.ANSWER),
    ("Run", evidence.RUN),
    ("Parts of the score", outcome.PARTS),
    ("Score and reward", outcome.REWARD),
    ("Measurements and judgement", evidence.MEASURED),
    ("Curriculum and memory", outcome.SHARED),
    ("End of the episode", outcome.ENDING),
    ("Times", identity.TIMES),
    ("Sandbox", evidence.SANDBOX),
    ("Versions", identity.VERSIONS),
)


def render_reference() -> str:
    """Return the page as Markdown."""
    parts = [_INTRODUCTION, "## Columns"]
    for title, fields in _SECTIONS:
        parts.append(f"### {title}\n\n{_table(fields)}")
    parts.append(f"## trained_groups.parquet\n\n{_table(TRAINED_SCHEMA)}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(fields: Iterable[pa.Field]) -> str:
    lines = ["| column | type | unit | meaning | null when |", "|---|---|---|---|---|"]
    for name, field in _flatten(fields):
        said = {key.decode(): value.decode() for key, value in field.metadata.items()}
        cells = (f"`{name}`", _kind(field.type), said.get("unit", ""), said["meaning"], said.get("null", ""))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _flatten(fields: Iterable[pa.Field], prefix: str = "") -> Iterator[tuple[str, pa.Field]]:
    for field in fields:
        name = f"{prefix}{field.name}"
        yield name, field
        kind = field.type.value_type if pa.types.is_list(field.type) else field.type
        if pa.types.is_struct(kind):
            yield from _flatten(kind.fields, f"{name}.")


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_kind(kind.value_type)}"
    return "struct" if pa.types.is_struct(kind) else str(kind)


if __name__ == "__main__":
    print(render_reference(), end="")
