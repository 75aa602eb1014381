"""Simulate round-robin scheduling on one processor.

`jobs` is a list of `[name, needed]` pairs, all ready at time 0 and queued in
the given order. The job at the front runs for at most `quantum` time units;
if it still needs time after that, it goes to the back of the queue. Return
the list of `[name, finished_at]` pairs in the order in which the jobs finish.
A job that needs 0 finishes when its turn comes, and takes no time. A quantum
below 1 raises ValueError. The caller's list stays as it is.
"""

# %% meta
entry_points = ["round_robin"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def round_robin(jobs, quantum):
    if quantum < 1:
        raise ValueError("the quantum must be at least 1")
    queue = list(jobs)
    clock = 0
    done = []
    while queue:
        name, needed = queue.pop(0)
        clock += min(needed, quantum)
        if needed > quantum:
            queue.append([name, needed - quantum])
        else:
            done.append([name, clock])
    return done

# %% cases
def visible():
    return [
        [[["a", 3], ["b", 1], ["c", 2]], 1],
        [[["only", 7]], 3],
        [[], 2],
    ]


def hidden(rng):
    cases = [
        [[["a", 4], ["b", 4]], 4],
        [[["a", 5], ["b", 4]], 4],
        [[["a", 8], ["b", 4]], 4],
        [[["a", 0]], 2],
        [[["a", 3], ["b", 0], ["c", 3]], 2],
        [[["x", 1], ["x", 2], ["x", 3]], 1],
        [[["big", 100], ["small", 1]], 10],
        [[["small", 1], ["big", 100]], 1000],
        [[["a", 2], ["b", 3], ["c", 4]], 2],
        [[["a", 6], ["b", 6], ["c", 6]], 3],
        {"args": [[["a", 2]], 0], "raises": "ValueError"},
        {"args": [[], -1], "raises": "ValueError"},
        {"args": [[["a", 3], ["b", 2]], 1], "mutates": [0]},
    ]
    for quantum in (1, 2, 3, 5):
        cases.append([[["job%d" % i, rng.randrange(12)] for i in range(8)], quantum])
    return cases

# %% bug full_quantum_charged category=logic
def round_robin(jobs, quantum):
    if quantum < 1:
        raise ValueError("the quantum must be at least 1")
    queue = list(jobs)
    clock = 0
    done = []
    while queue:
        name, needed = queue.pop(0)
        clock += quantum
        if needed > quantum:
            queue.append([name, needed - quantum])
        else:
            done.append([name, clock])
    return done

# %% bug exact_fit_requeued category=logic
def round_robin(jobs, quantum):
    if quantum < 1:
        raise ValueError("the quantum must be at least 1")
    queue = list(jobs)
    clock = 0
    done = []
    while queue:
        name, needed = queue.pop(0)
        clock += min(needed, quantum)
        if needed >= quantum:
            queue.append([name, needed - quantum])
        else:
            done.append([name, clock])
    return done

# %% bug empties_the_input category=logic
def round_robin(jobs, quantum):
    if quantum < 1:
        raise ValueError("the quantum must be at least 1")
    clock = 0
    done = []
    while jobs:
        name, needed = jobs.pop(0)
        clock += min(needed, quantum)
        if needed > quantum:
            jobs.append([name, needed - quantum])
        else:
            done.append([name, clock])
    return done
