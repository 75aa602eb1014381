"""Carry the last known reading forward over short gaps in a series.

Missing readings are None. Each gets the last known value before it, but only
for the first `limit` missing readings in a row; the others of a longer gap
stay None, and so does a gap at the very beginning. Zero is a reading like any
other. Return a new list. A series has up to a hundred thousand readings and
gaps can be long, so read it once.
"""

# %% meta
entry_points = ["fill_gaps"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def fill_gaps(readings, limit):
    filled = []
    last = None
    gap = 0
    for reading in readings:
        if reading is not None:
            last = reading
            gap = 0
            filled.append(reading)
        else:
            gap += 1
            filled.append(last if gap <= limit else None)
    return filled

# %% cases
def visible():
    return [
        [[1, None, None, 4], 1],
        [[None, 2, None], 3],
        [[], 2],
    ]


def hidden(rng):
    cases = [
        [[None, None], 5],
        [[0, None, None], 2],
        [[0, None, None], 1],
        [[0, None, None], 0],
        [[5, None, None, None, None, 6, None], 2],
        [[5, None, 6, None, 7, None], 1],
        [[1, None, None, 2, None, None, 3], 2],
        [[1.5, None, -2.5, None], 1],
        [["", None, "x"], 1],
        [[False, None, True, None], 1],
        [[1, 2, 3], 1],
        [[None, None, 3, None, None, None], 2],
        {"args": [[1, None], 1], "mutates": [0]},
    ]
    for limit in (1, 2, 3, 10):
        cases.append([[rng.choice([None, None, 0, 1, 2]) for _ in range(30)], limit])
    return cases

# %% scaling
sizes = [4000, 8000, 16000, 32000]


def scaling(n, rng, adverse):
    readings = [None] * n
    for place in range(0, n, n // 8 if adverse else n // 16):
        readings[place] = rng.randrange(100)
    return [readings, n]

# %% bug zero_is_missing category=logic
def fill_gaps(readings, limit):
    filled = []
    last = None
    gap = 0
    for reading in readings:
        if reading:
            last = reading
            gap = 0
            filled.append(reading)
        else:
            gap += 1
            filled.append(last if gap <= limit else None)
    return filled

# %% bug gap_runs_on category=logic
def fill_gaps(readings, limit):
    filled = []
    last = None
    gap = 0
    for reading in readings:
        if reading is not None:
            last = reading
            filled.append(reading)
        else:
            gap += 1
            filled.append(last if gap <= limit else None)
    return filled

# %% bug looks_back_each_time category=algorithm
def fill_gaps(readings, limit):
    filled = []
    for place, reading in enumerate(readings):
        back = place
        while back > 0 and readings[back] is None:
            back -= 1
        if place - back <= limit:
            reading = readings[back]
        filled.append(reading)
    return filled
