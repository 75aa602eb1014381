"""Merging opening hours.

Opening hours come as pairs (start, end) with start <= end, in any order, and
may overlap. Return them merged: a list of pairs ordered by start, without
overlap. Two pairs are joined when they share at least one moment, so (1, 3) and
(3, 5) become (1, 5), while (1, 2) and (3, 4) stay apart. The list that was
passed in stays as it is.
"""

# %% meta
entry_points = ["merge_hours"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def merge_hours(hours):
    merged = []
    for start, end in sorted(hours):
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged

# %% cases
def visible():
    return [
        [[(9, 12), (11, 15), (17, 18)]],
        [[(3, 5), (1, 3)]],
        [[]],
    ]

def hidden(rng):
    cases = [
        [[(1, 1)]],
        [[(1, 2), (3, 4)]],
        [[(3, 4), (1, 2)]],
        [[(1, 10), (2, 3)]],
        [[(2, 3), (1, 10)]],
        [[(1, 10), (2, 3), (4, 5), (9, 12)]],
        [[(1, 4), (1, 2)]],
        [[(1, 2), (1, 4)]],
        [[(5, 5), (5, 5)]],
        [[(0, 0), (0, 3), (3, 3)]],
        [[(-5, -2), (-3, 0), (1, 2)]],
        [[(7, 9), (1, 2), (4, 6), (2, 4)]],
        [[(1, 2), (2, 3), (3, 4), (4, 5)]],
        [[(8, 9), (1, 20), (30, 31)]],
    ]
    for length in (4, 7, 10, 14):
        pairs = []
        for _ in range(length):
            start = rng.randrange(60)
            pairs.append((start, start + rng.randrange(8)))
        cases.append([pairs])
    return cases

# %% bug unsorted_input category=logic
def merge_hours(hours):
    merged = []
    for start, end in hours:
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged

# %% bug inner_pair_cuts_outer category=logic
def merge_hours(hours):
    merged = []
    for start, end in sorted(hours):
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, end)
        else:
            merged.append((start, end))
    return merged

# %% bug sort_returns_none category=type
def merge_hours(hours):
    merged = []
    for start, end in hours.sort():
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged

# %% bug assigns_into_tuple category=type
def merge_hours(hours):
    merged = []
    for start, end in sorted(hours):
        if merged and start <= merged[-1][1]:
            last_end = merged[-1][1]
            merged[-1][1] = max(last_end, end)
        else:
            merged.append((start, end))
    return merged
