"""Yield the windows of a sequence lazily, each as a list.

A window has exactly `size` items; the next one begins `step` items further on
(1 unless told otherwise), so windows overlap when the step is smaller than
the size and leave items out when it is larger. Items at the end that do not
fill a window are left out. Both numbers are at least 1. Write a generator;
the input may be any iterable and must be read only once.
"""

# %% meta
entry_points = ["windows"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def windows(items, size, step=1):
    window = []
    skip = 0
    for item in items:
        if skip:
            skip -= 1
            continue
        window.append(item)
        if len(window) == size:
            yield window
            skip = max(0, step - size)
            window = window[step:]

# %% cases
def visible():
    return [
        {"args": [[1, 2, 3, 4], 2], "consume": 10},
        {"args": [[1, 2, 3, 4, 5], 2, 2], "consume": 10},
        {"args": ["abcdef", 3, 2], "consume": 10},
    ]


def hidden(rng):
    calls = [
        [[], 3],
        [[1, 2], 3],
        [[1, 2, 3], 3],
        [[1, 2, 3], 1],
        [[1, 2, 3, 4, 5, 6, 7], 2, 3],
        [[1, 2, 3, 4, 5, 6, 7, 8, 9], 2, 5],
        [[1, 2, 3, 4, 5, 6, 7, 8], 1, 4],
        [[1, 2, 3, 4, 5, 6, 7], 3, 3],
        [[1, 2, 3, 4, 5, 6], 3, 3],
        [[1, 2, 3, 4, 5, 6, 7], 4, 3],
        ["hello world", 4, 3],
        [[None, 0, "", False], 2, 1],
    ]
    for _ in range(4):
        values = [rng.randrange(100) for _ in range(20)]
        calls.append([values, rng.randrange(1, 6), rng.randrange(1, 8)])
    cases = [{"args": args, "consume": 30} for args in calls]
    cases.append({"args": [{"a": 1, "b": 2, "c": 3}, 2], "consume": 5})
    cases.append({"args": [[1, 2, 3, 4, 5, 6], 2], "consume": 2})
    return cases

# %% bug gap_ignored category=logic
def windows(items, size, step=1):
    window = []
    for item in items:
        window.append(item)
        if len(window) == size:
            yield window
            window = window[step:]

# %% bug short_last_window category=logic
def windows(items, size, step=1):
    window = []
    skip = 0
    for item in items:
        if skip:
            skip -= 1
            continue
        window.append(item)
        if len(window) == size:
            yield window
            skip = max(0, step - size)
            window = window[step:]
    if window:
        yield window

# %% bug needs_a_sequence category=type
def windows(items, size, step=1):
    for start in range(0, len(items) - size + 1, step):
        yield items[start : start + size]
