"""Tasks on disk: the strict record format, packs, and the split by family."""

from codearena_ray.taskset.packs import TaskSet, load_pack, save_pack
from codearena_ray.taskset.schema import content_hash, json_schema, task_from_record, task_to_record
from codearena_ray.taskset.splits import SPLITS, split_of

__all__ = [
    "SPLITS",
    "TaskSet",
    "content_hash",
    "json_schema",
    "load_pack",
    "save_pack",
    "split_of",
    "task_from_record",
    "task_to_record",
]
