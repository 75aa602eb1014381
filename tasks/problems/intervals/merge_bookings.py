"""Merge bookings that overlap or touch.

Each booking is a pair (start, end) with start <= end, in any order. Bookings
that share at least one point, such as (1, 3) and (3, 5), become one. Return the
merged bookings as a list of tuples, sorted by start.
"""

# %% meta
entry_points = ["merge_bookings"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def merge_bookings(bookings):
    merged = []
    for start, end in sorted(bookings):
        if merged and start <= merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged

# %% cases
def visible():
    return [[[(1, 4), (6, 8), (3, 5)]], [[(1, 2), (2, 3)]], [[]]]


def hidden(rng):
    cases = [
        [[(5, 5)]],
        [[(1, 2), (3, 4)]],
        [[(3, 4), (1, 2)]],
        [[(1, 10), (2, 3)]],
        [[(1, 10), (2, 3), (4, 12)]],
        [[(1, 10), (2, 3), (10, 11)]],
        [[(1, 3), (1, 5)]],
        [[(1, 5), (1, 3)]],
        [[(4, 4), (4, 4)]],
        [[(0, 0), (0, 2), (3, 3)]],
        [[(-5, -1), (-2, 0), (1, 1)]],
        [[(7, 9), (5, 6), (3, 4), (1, 2)]],
        [[(7, 9), (5, 7), (3, 5), (1, 3)]],
        [[(1, 2), (4, 5), (0, 9)]],
        [[(2, 6), (1, 9), (8, 12), (15, 18), (17, 20)]],
    ]
    for n in (4, 6, 9):
        pairs = []
        for _ in range(n):
            start = rng.randrange(30)
            pairs.append((start, start + rng.randrange(6)))
        cases.append([pairs])
    return cases

# %% bug takes_later_end category=logic
def merge_bookings(bookings):
    merged = []
    for start, end in sorted(bookings):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged

# %% bug assigns_into_tuple category=type
def merge_bookings(bookings):
    merged = []
    for booking in sorted(bookings):
        if merged and booking[0] <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], booking[1])
        else:
            merged.append(booking)
    return merged

# %% bug touching_kept_apart category=logic
def merge_bookings(bookings):
    merged = []
    for start, end in sorted(bookings):
        if merged and start < merged[-1][1]:
            last_start, last_end = merged[-1]
            merged[-1] = (last_start, max(last_end, end))
        else:
            merged.append((start, end))
    return merged
