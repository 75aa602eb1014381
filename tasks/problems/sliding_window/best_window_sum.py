"""Busiest hours.

Given the number of visitors in each minute and a window length, return the
index at which the busiest window starts: the `length` consecutive minutes with
the largest total. Of equally busy windows the earliest counts. If the length is
below 1 or larger than the number of minutes, raise ValueError. Windows of many
thousand minutes must be handled in linear time.
"""

# %% meta
entry_points = ["busiest_start"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def busiest_start(visitors, length):
    if length < 1 or length > len(visitors):
        raise ValueError("bad window length")
    total = sum(visitors[:length])
    best_total, best_start = total, 0
    for start in range(1, len(visitors) - length + 1):
        total += visitors[start + length - 1] - visitors[start - 1]
        if total > best_total:
            best_total, best_start = total, start
    return best_start

# %% cases
def visible():
    return [[[1, 5, 2, 6, 3], 2], [[4, 4, 4], 1], [[1, 2, 3], 3]]

def hidden(rng):
    cases = [
        [[5], 1],
        [[], 1],
        [[1, 2], 3],
        [[1, 2], 0],
        [[1, 2], -1],
        [[], 0],
        [[0, 0, 0, 9], 1],
        [[9, 0, 0, 0], 1],
        [[0, 0, 9, 9], 2],
        [[9, 9, 0, 9, 9], 2],
        [[1, 2, 3, 4, 5], 4],
        [[5, 4, 3, 2, 1], 4],
        [[1, 0, 1, 0, 1, 1], 3],
        [[3, 1, 3, 1, 3], 2],
        [[0, 2, 2, 0, 3], 2],
        [[0, 0, 0], 2],
    ]
    for length, window in ((6, 2), (9, 3), (15, 7), (25, 5), (12, 11)):
        cases.append([[rng.randrange(20) for _ in range(length)], window])
    return cases

# %% scaling
sizes = [3000, 6000, 12000, 24000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n)), n // 2]
    return [[rng.randrange(1000) for _ in range(n)], n // 3]

# %% bug sums_each_window category=algorithm
def busiest_start(visitors, length):
    if length < 1 or length > len(visitors):
        raise ValueError("bad window length")
    best_total, best_start = sum(visitors[:length]), 0
    for start in range(1, len(visitors) - length + 1):
        total = sum(visitors[start:start + length])
        if total > best_total:
            best_total, best_start = total, start
    return best_start

# %% bug last_window_skipped category=logic
def busiest_start(visitors, length):
    if length < 1 or length > len(visitors):
        raise ValueError("bad window length")
    total = sum(visitors[:length])
    best_total, best_start = total, 0
    for start in range(1, len(visitors) - length):
        total += visitors[start + length - 1] - visitors[start - 1]
        if total > best_total:
            best_total, best_start = total, start
    return best_start

# %% bug latest_of_equals category=logic
def busiest_start(visitors, length):
    if length < 1 or length > len(visitors):
        raise ValueError("bad window length")
    total = sum(visitors[:length])
    best_total, best_start = total, 0
    for start in range(1, len(visitors) - length + 1):
        total += visitors[start + length - 1] - visitors[start - 1]
        if total >= best_total:
            best_total, best_start = total, start
    return best_start
