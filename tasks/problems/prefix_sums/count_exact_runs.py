"""Runs with a given total.

Count the runs of consecutive entries (at least one entry long) whose sum is
exactly `goal`. Entries may be negative or zero, so runs that overlap count
separately, and a run does not stop being counted because a longer one has the
same sum. An empty list has no runs. Long lists must not take quadratic time.
"""

# %% meta
entry_points = ["count_runs"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def count_runs(entries, goal):
    seen = {0: 1}
    total = 0
    found = 0
    for entry in entries:
        total += entry
        found += seen.get(total - goal, 0)
        seen[total] = seen.get(total, 0) + 1
    return found

# %% cases
def visible():
    return [[[1, 1, 1], 2], [[3, 4, -7, 1, 3], 0], [[], 0]]

def hidden(rng):
    cases = [
        [[], 5],
        [[5], 5],
        [[5], 0],
        [[0], 0],
        [[0, 0, 0], 0],
        [[1, -1, 1, -1], 0],
        [[1, 2, 3], 6],
        [[1, 2, 3], 3],
        [[1, 2, 3], 7],
        [[-1, -1, 1], -1],
        [[2, 0, 0, 2], 2],
        [[10, 2, -2, -20, 10], -10],
        [[4, 4, 4, 4], 8],
        [[1, 0, -1, 0, 1], 1],
    ]
    for length in (8, 12, 20, 30):
        cases.append([[rng.randrange(-3, 4) for _ in range(length)], rng.randrange(-2, 4)])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [[1] * n, n // 2]
    return [[rng.randrange(-9, 10) for _ in range(n)], 7]

# %% bug extends_every_start category=algorithm
def count_runs(entries, goal):
    found = 0
    for start in range(len(entries)):
        total = 0
        for entry in entries[start:]:
            total += entry
            if total == goal:
                found += 1
    return found

# %% bug forgets_runs_from_start category=logic
def count_runs(entries, goal):
    seen = {}
    total = 0
    found = 0
    for entry in entries:
        total += entry
        found += seen.get(total - goal, 0)
        seen[total] = seen.get(total, 0) + 1
    return found

# %% bug counts_empty_run category=logic
def count_runs(entries, goal):
    seen = {0: 1}
    total = 0
    found = 0
    for entry in entries:
        total += entry
        seen[total] = seen.get(total, 0) + 1
        found += seen.get(total - goal, 0)
    return found
