"""Find how many visitors were inside at the busiest moment, and since when.

Each visit is a pair (enter, leave) with enter < leave. Somebody who leaves at the
moment another one enters is no longer counted. Return (count, time), where time
is the earliest moment at which that many were inside, or (0, None) without any
visits. There may be thousands of visits that all overlap.
"""

# %% meta
entry_points = ["busiest_moment"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def busiest_moment(visits):
    changes = []
    for enter, leave in visits:
        changes.append((enter, 1))
        changes.append((leave, -1))
    inside = 0
    best = 0
    best_time = None
    for time, change in sorted(changes):
        inside += change
        if inside > best:
            best = inside
            best_time = time
    return (best, best_time)

# %% cases
def visible():
    return [[[(1, 5), (2, 6), (5, 7)]], [[(3, 4)]], [[]]]


def hidden(rng):
    cases = [
        [[]],
        [[(0, 1)]],
        [[(1, 2), (2, 3)]],
        [[(2, 3), (1, 2)]],
        [[(1, 3), (2, 4)]],
        [[(2, 4), (1, 3)]],
        [[(1, 9), (2, 3), (4, 5)]],
        [[(5, 6), (5, 6), (1, 2), (1, 2)]],
        [[(1, 4), (1, 4), (1, 4)]],
        [[(1, 5), (2, 5), (5, 8), (5, 9)]],
        [[(-4, 0), (-2, 3), (-1, 1)]],
        [[(1, 10), (2, 9), (3, 8), (4, 7)]],
        [[(4, 7), (3, 8), (2, 9), (1, 10)]],
        [[(1, 2), (3, 6), (4, 6), (5, 6), (6, 9), (6, 9)]],
    ]
    for n in (5, 8, 12):
        visits = []
        for _ in range(n):
            enter = rng.randrange(20)
            visits.append((enter, enter + rng.randrange(1, 8)))
        cases.append([visits])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 3000]


def scaling(n, rng, adverse):
    stay = 10 * n if adverse else n
    visits = []
    for _ in range(n):
        enter = rng.randrange(10 * n)
        visits.append((enter, enter + 1 + rng.randrange(stay)))
    return [visits]

# %% bug counts_for_each_visit category=algorithm
def busiest_moment(visits):
    best = 0
    best_time = None
    for moment, _ in sorted(visits):
        inside = 0
        for enter, leave in visits:
            if enter <= moment < leave:
                inside += 1
        if inside > best:
            best = inside
            best_time = moment
    return (best, best_time)

# %% bug enters_before_leaving category=logic
def busiest_moment(visits):
    changes = []
    for enter, leave in visits:
        changes.append((enter, 0))
        changes.append((leave, 1))
    inside = 0
    best = 0
    best_time = None
    for time, leaving in sorted(changes):
        inside += -1 if leaving else 1
        if inside > best:
            best = inside
            best_time = time
    return (best, best_time)

# %% bug reports_last_moment category=logic
def busiest_moment(visits):
    changes = []
    for enter, leave in visits:
        changes.append((enter, 1))
        changes.append((leave, -1))
    inside = 0
    best = 0
    best_time = None
    for time, change in sorted(changes):
        inside += change
        if inside >= best:
            best = inside
            best_time = time
    return (best, best_time)
