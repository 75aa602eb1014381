from collections import Counter

from codearena_ray.taskset import split_of


def test_a_family_never_changes_its_split() -> None:
    pinned = {
        "find_sorted": "train",
        "average_of_list": "dev",
        "life_step": "test",
        "running_maximum": "test",
    }
    assert {name: split_of(name) for name in pinned} == pinned


def test_families_spread_over_the_splits_as_announced() -> None:
    counts = Counter(split_of(f"family_{i}") for i in range(10_000))
    assert abs(counts["train"] - 6500) < 200
    assert abs(counts["dev"] - 1500) < 200
    assert abs(counts["test"] - 2000) < 200
