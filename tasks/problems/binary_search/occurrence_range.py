"""Range of equal readings.

The readings in the list are sorted in ascending order and may repeat. Return
the pair (first, count) for a value: the index of its first occurrence and the
number of times it occurs. If it does not occur, `first` is the index at which
it would have to be inserted to keep the order, and the count is 0. Use binary
search, also when nearly all readings are equal.
"""

# %% meta
entry_points = ["occurrence_range"]
categories = ["logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def occurrence_range(readings, value):
    """Return the first index of value and how often it occurs."""
    low = 0
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] < value:
            low = middle + 1
        else:
            high = middle
    first = low
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return first, low - first

# %% cases
def visible():
    return [[[1, 2, 2, 2, 5], 2], [[1, 2, 2, 2, 5], 3], [[], 4]]

def hidden(rng):
    cases = [
        [[4], 4],
        [[4], 3],
        [[4], 5],
        [[4, 4], 4],
        [[1, 1, 1, 1, 1, 1], 1],
        [[1, 1, 1], 0],
        [[1, 1, 1], 2],
        [[1, 1, 2, 2, 3, 3], 1],
        [[1, 1, 2, 2, 3, 3], 2],
        [[1, 1, 2, 2, 3, 3], 3],
        [[1, 3, 5, 7, 9], 9],
        [[1, 3, 5, 7, 9], 1],
        [[1, 3, 5, 7, 9], 6],
        [[1, 3, 5, 7, 9], 10],
        [[-3, -3, 0, 0, 0], -3],
        [[-3, -3, 0, 0, 0], -1],
        [["a", "b", "b"], "b"],
    ]
    for _ in range(5):
        readings = sorted(rng.randrange(8) for _ in range(20))
        cases.append([readings, rng.randrange(9)])
    return cases

# %% bug last_reading_not_searched category=logic
def occurrence_range(readings, value):
    """Return the first index of value and how often it occurs."""
    low = 0
    high = len(readings) - 1
    while low < high:
        middle = (low + high) // 2
        if readings[middle] < value:
            low = middle + 1
        else:
            high = middle
    first = low
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return first, low - first

# %% bug counts_one_short category=logic
def occurrence_range(readings, value):
    """Return the first index of value and how often it occurs."""
    low = 0
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] < value:
            low = middle + 1
        else:
            high = middle
    first = low
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return first, max(low - 1 - first, 0)

# %% bug same_comparison_twice category=logic
def occurrence_range(readings, value):
    """Return the first index of value and how often it occurs."""
    low = 0
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] < value:
            low = middle + 1
        else:
            high = middle
    first = low
    high = len(readings)
    while low < high:
        middle = (low + high) // 2
        if readings[middle] < value:
            low = middle + 1
        else:
            high = middle
    return first, low - first
