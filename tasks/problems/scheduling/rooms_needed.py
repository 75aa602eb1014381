"""Return how many rooms a day's meetings need at the same time.

Each meeting is a pair `[start, end]` in minutes and occupies its room from
the start up to, but not including, the end; so one may begin in a room at the
minute when another one leaves it. The meetings come in no particular order.
A meeting that does not end after its start raises ValueError. No meetings
need 0 rooms. Thousands of meetings must be no problem: sort, don't compare
all pairs.
"""

# %% meta
entry_points = ["rooms_needed"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def rooms_needed(meetings):
    changes = []
    for start, end in meetings:
        if end <= start:
            raise ValueError("a meeting ends before it starts")
        changes.append((start, 1))
        changes.append((end, -1))
    busy = 0
    most = 0
    for _, change in sorted(changes):
        busy += change
        most = max(most, busy)
    return most

# %% cases
def visible():
    return [
        [[[0, 30], [5, 10], [15, 20]]],
        [[[540, 600], [600, 660]]],
        [[[9, 12], [10, 11], [8, 10]]],
    ]


def hidden(rng):
    cases = [
        [[]],
        [[[1, 2]]],
        [[[1, 5], [1, 5], [1, 5]]],
        [[[1, 9], [2, 8], [3, 7], [4, 6]]],
        [[[5, 10], [0, 5], [10, 15]]],
        [[[0, 5], [4, 9], [8, 12]]],
        [[[0, 10], [1, 2], [2, 3], [3, 4]]],
        [[[-10, -5], [-6, 0], [0, 3]]],
        [[[0, 2], [0, 3], [2, 4], [3, 5], [2, 3]]],
        [[[8, 9], [1, 2], [4, 5]]],
        [[[0.5, 1.5], [1.0, 2.0]]],
        {"args": [[[3, 3]]], "raises": "ValueError"},
        {"args": [[[1, 2], [9, 4]]], "raises": "ValueError"},
    ]
    for count in (5, 20, 60):
        meetings = []
        for _ in range(count):
            start = rng.randrange(50)
            meetings.append([start, start + rng.randrange(1, 20)])
        cases.append([meetings])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 4000]


def scaling(n, rng, adverse):
    if adverse:
        return [[[i, 2 * n - i] for i in range(n)]]
    starts = [rng.randrange(n * 3) for _ in range(n)]
    return [[[start, start + rng.randrange(1, n)] for start in starts]]

# %% bug starts_before_ends category=logic
def rooms_needed(meetings):
    changes = []
    for start, end in meetings:
        if end <= start:
            raise ValueError("a meeting ends before it starts")
        changes.append((start, 0))
        changes.append((end, 1))
    busy = 0
    most = 0
    for _, leaving in sorted(changes):
        busy += -1 if leaving else 1
        most = max(most, busy)
    return most

# %% bug sorted_in_place category=type
def rooms_needed(meetings):
    changes = []
    for start, end in meetings:
        if end <= start:
            raise ValueError("a meeting ends before it starts")
        changes.append((start, 1))
        changes.append((end, -1))
    busy = 0
    most = 0
    for _, change in changes.sort():
        busy += change
        most = max(most, busy)
    return most

# %% bug compares_all_pairs category=algorithm
def rooms_needed(meetings):
    for start, end in meetings:
        if end <= start:
            raise ValueError("a meeting ends before it starts")
    most = 0
    for moment, _ in meetings:
        busy = 0
        for start, end in meetings:
            if start <= moment < end:
                busy += 1
        most = max(most, busy)
    return most
