"""Balance point.

Return the smallest index at which the entries to the left of it and those to
the right of it have the same sum; the entry at the index belongs to neither
side, and a side without entries sums to 0. Return -1 if there is no such index.
"""

# %% meta
entry_points = ["balance_point"]
categories = ["algorithm", "logic", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def balance_point(values):
    left = 0
    right = sum(values)
    for index, value in enumerate(values):
        right -= value
        if left == right:
            return index
        left += value
    return -1

# %% cases
def visible():
    return [[[1, 7, 3, 6, 5, 6]], [[1, 2, 3]], [[]]]

def hidden(rng):
    cases = [
        [[0]],
        [[9]],
        [[0, 0, 0]],
        [[1, -1, 4]],
        [[4, 1, -1]],
        [[2, 1, -1]],
        [[5, 5]],
        [[5, 0, 5]],
        [[0, 5, 0]],
        [[-1, -1, 0, -1, -1]],
        [[1, 0]],
        [[0, 1]],
        [[3, 1, 1, 1, 9]],
        [[2, 3, -1, 8, 4]],
        [[1, 2, 3, 4, 0, 10]],
    ]
    for length in (2, 5, 9):
        half = [rng.randrange(-9, 10) for _ in range(length)]
        other = half[:]
        rng.shuffle(other)
        cases.append([half + [rng.randrange(100, 200)] + other])
    return cases

# %% scaling
sizes = [3000, 6000, 12000, 24000]
def scaling(n, rng, adverse):
    if adverse:
        return [[1] * n + [2 * n]]
    return [[rng.randrange(1, 100) for _ in range(n)] + [200 * n]]

# %% bug sums_both_sides category=algorithm
def balance_point(values):
    for index in range(len(values)):
        if sum(values[:index]) == sum(values[index + 1:]):
            return index
    return -1

# %% bug entry_on_left_side category=logic
def balance_point(values):
    left = 0
    right = sum(values)
    for index, value in enumerate(values):
        right -= value
        left += value
        if left == right:
            return index
    return -1

# %% bug unclosed_call category=syntax
def balance_point(values):
    left = 0
    right = sum(values)
    for index, value in enumerate(values:
        right -= value
        if left == right:
            return index
        left += value
    return -1
