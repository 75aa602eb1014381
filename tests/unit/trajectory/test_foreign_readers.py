"""Rows open with pandas, DuckDB, Polars and pyarrow, without a line of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders.rows import group_table

from codearena_ray.errors import UserError
from codearena_ray.trajectory.keys import store_key
from codearena_ray.trajectory.reading import read_rows
from codearena_ray.trajectory.reference import render_reference
from codearena_ray.trajectory.schema import ROW_SCHEMA
from codearena_ray.trajectory.segments import SegmentWriter

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run directory with a Parquet file of two groups, a segment of one and an open segment of one."""
    path = tmp_path_factory.mktemp("run")
    writer = SegmentWriter(path / "trajectories", max_rows=4)
    for group_id in "ab":
        table = group_table(group_id)
        writer.write_group(store_key(table), table)
    writer.compact()
    table = group_table("c")
    writer.write_group(store_key(table), table)
    writer._max_rows = 100
    table = group_table("d")
    writer.write_group(store_key(table), table)
    yield path
    writer.close()


def test_pandas_reads_parquet_and_segments(run_dir: Path) -> None:
    frame = pandas.read_parquet(run_dir / "trajectories" / "000001-000002.parquet")
    assert frame["score"].tolist() == [0.95] * 8
    assert list(frame["completion_token_ids"][0]) == [7, 8, 2]
    assert frame["judge"][0]["model"] == "static"
    assert frame["started_at"].dt.year.unique().tolist() == [2030]
    segment = pandas.read_feather(run_dir / "trajectories" / "000003.arrow")
    assert segment["group_id"].tolist() == ["c"] * 4


def test_polars_reads_parquet_and_segments(run_dir: Path) -> None:
    frame = polars.read_parquet(run_dir / "trajectories" / "*.parquet")
    assert frame["group_id"].to_list() == ["a"] * 4 + ["b"] * 4
    assert frame["weight_spans"][0].struct.field("version").to_list() == [3, 4]
    assert frame["hidden"][0].struct.field("verdict").to_list() == ["pass"] * 10
    segment = polars.read_ipc(run_dir / "trajectories" / "000003.arrow")
    assert segment["score"].mean() == pytest.approx(0.95)


def test_duckdb_queries_parquet_and_segments_read_by_arrow(run_dir: Path) -> None:
    query = (
        "select group_id, count(*), avg(score), sum(len(completion_token_ids)), max(sandbox.profile), "
        "max(list_count(hidden)) from '{}' where unscored_cause = '' group by all order by all"
    )
    found = duckdb.sql(query.format(run_dir / "trajectories" / "*.parquet")).fetchall()
    assert found == [("a", 4, 0.95, 12, "", 10), ("b", 4, 0.95, 12, "", 10)]
    segment = pa.ipc.open_file(run_dir / "trajectories" / "000003.arrow").read_all()
    assert duckdb.from_arrow(segment).aggregate("count(*)").fetchall() == [(4,)]


def test_units_and_meaning_survive_in_both_kinds_of_file(run_dir: Path) -> None:
    parquet = pq.read_schema(run_dir / "trajectories" / "000001-000002.parquet")
    arrow = pa.ipc.open_file(run_dir / "trajectories" / "000003.arrow").schema
    for schema in (parquet, arrow):
        assert schema.field("sandbox_s").metadata[b"unit"] == b"s"
        assert schema.field("sandbox").type.field("rss_bytes").metadata[b"unit"] == b"bytes"
        assert schema.metadata[b"codearena.schema_version"] == b"1"


def test_read_rows_gives_every_row_once_from_all_kinds_of_files(run_dir: Path) -> None:
    table = read_rows(run_dir)
    assert table.schema.equals(ROW_SCHEMA, check_metadata=True)
    assert table.column("group_id").to_pylist() == [group for group in "abcd" for _ in range(4)]
    assert table.equals(pa.concat_tables([group_table(group) for group in "abcd"]))
    assert read_rows(run_dir / "trajectories", columns=["score", "step"]).column_names == ["score", "step"]


def test_what_read_rows_cannot_find_is_named(run_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no column 'scores'"):
        read_rows(run_dir, columns=["scores"])
    with pytest.raises(UserError, match="no such run directory"):
        read_rows(tmp_path / "missing")
    assert read_rows(tmp_path).num_rows == 0


def test_the_reference_page_is_current() -> None:
    page = (ROOT / "docs" / "reference" / "trajectories.md").read_text(encoding="utf-8")
    assert page == render_reference(), "run python -m codearena_ray.trajectory.reference"
    for name in ROW_SCHEMA.names:
        assert f"| `{name}` |" in page


def test_the_examples_of_the_reference_page_run(run_dir: Path) -> None:
    blocks = render_reference().split("```python\n")[1:]
    for block in blocks:
        code = block.split("```")[0].replace("RUN/trajectories/000001.arrow", "RUN/trajectories/000003.arrow")
        exec(compile(code.replace("RUN", str(run_dir)), "reference", "exec"), {})
