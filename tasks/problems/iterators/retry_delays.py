"""Yield the waiting times between retries of a failing call, without end.

The first delay is `first`; each delay is repeated `repeat` times (once unless
told otherwise, at least 1) before it is multiplied by `factor`. No delay is
ever above `cap`, the first included. The caller decides when to stop, so the
generator itself never does. Numbers stay whole when the arguments are.
"""

# %% meta
entry_points = ["retry_delays"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def retry_delays(first, factor, cap, repeat=1):
    delay = min(first, cap)
    while True:
        for _ in range(repeat):
            yield delay
        delay = min(delay * factor, cap)

# %% cases
def visible():
    return [
        {"args": [1, 2, 30], "consume": 7},
        {"args": [5, 1, 30], "consume": 3},
        {"args": [1, 3, 10, 2], "consume": 6},
    ]


def hidden(rng):
    cases = [
        {"args": [50, 2, 30], "consume": 3},
        {"args": [30, 2, 30], "consume": 3},
        {"args": [0, 2, 30], "consume": 4},
        {"args": [1, 10, 100], "consume": 5},
        {"args": [2, 2, 64, 3], "consume": 20},
        {"args": [4, 1, 4], "consume": 4},
        {"args": [0.5, 2, 3], "consume": 6},
        {"args": [8, 0.5, 8], "consume": 5},
        {"args": [1, 2, 1000000], "consume": 25},
        {"args": [7, 5, 0], "consume": 3},
        {"args": [1, 2, 30], "consume": 1},
        {"args": [3, 2, 20], "kwargs": {"repeat": 4}, "consume": 14},
    ]
    for _ in range(4):
        args = [rng.randrange(1, 9), rng.randrange(2, 5), rng.randrange(20, 200), rng.randrange(1, 4)]
        cases.append({"args": args, "consume": 16})
    return cases

# %% bug stops_at_cap category=logic
def retry_delays(first, factor, cap, repeat=1):
    delay = min(first, cap)
    while delay < cap:
        for _ in range(repeat):
            yield delay
        delay = min(delay * factor, cap)
    yield cap

# %% bug cap_checked_late category=logic
def retry_delays(first, factor, cap, repeat=1):
    delay = first
    while True:
        for _ in range(repeat):
            yield delay
        if delay < cap:
            delay = delay * factor

# %% bug number_iterated category=type
def retry_delays(first, factor, cap, repeat=1):
    delay = min(first, cap)
    while True:
        for _ in repeat:
            yield delay
        delay = min(delay * factor, cap)
