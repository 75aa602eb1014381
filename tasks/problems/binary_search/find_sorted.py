"""Looking up a value in a sorted list.

Return the index of `target` in a list of numbers sorted in ascending order, or
-1 if it is not in the list. All values are different. Halve the range that is
searched in each step instead of looking at every value.
"""

# %% meta
entry_points = ["find_sorted"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def find_sorted(values, target):
    low = 0
    high = len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1

# %% cases
def visible():
    return [[[1, 3, 5, 7, 9], 7], [[2, 4], 3], [[], 1]]

def hidden(rng):
    cases = [
        [[5], 5],
        [[5], 4],
        [[5], 6],
        [[1, 2], 1],
        [[1, 2], 2],
        [[1, 2], 0],
        [[1, 2], 3],
        [[1, 2, 3], 1],
        [[1, 2, 3], 2],
        [[1, 2, 3], 3],
        [[2, 4, 6, 8], 2],
        [[2, 4, 6, 8], 8],
        [[2, 4, 6, 8], 5],
        [[-9, -4, 0, 3], -9],
        [[-9, -4, 0, 3], 0],
        [list(range(0, 100, 3)), 99],
        [list(range(0, 100, 3)), 0],
        [list(range(0, 100, 3)), 50],
    ]
    for _ in range(4):
        values = sorted(rng.sample(range(200), 25))
        cases.append([values, rng.choice(values)])
    return cases

# %% bug stops_before_last_candidate category=logic
def find_sorted(values, target):
    low = 0
    high = len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1

# %% bug skips_candidates category=logic
def find_sorted(values, target):
    low = 0
    high = len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 2
    return -1

# %% bug upper_bound_past_end category=logic
def find_sorted(values, target):
    low = 0
    high = len(values)
    while low <= high:
        middle = (low + high) // 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1

# %% bug float_index category=type
def find_sorted(values, target):
    low = 0
    high = len(values) - 1
    while low <= high:
        middle = (low + high) / 2
        if values[middle] == target:
            return middle
        if values[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1
