"""Closest pair of weights.

A scale needs two weights (two different positions of the list) whose total
comes as close as possible to a target. The weights are given in ascending
order. Return the total of the best pair; when one pair is as far below the
target as another is above it, return the smaller total. Fewer than two weights
raise ValueError. One pass over the list is enough.
"""

# %% meta
entry_points = ["closest_total"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def closest_total(weights, target):
    if len(weights) < 2:
        raise ValueError("need two weights")
    low = 0
    high = len(weights) - 1
    best = weights[low] + weights[high]
    while low < high:
        total = weights[low] + weights[high]
        gap, best_gap = abs(total - target), abs(best - target)
        if gap < best_gap or (gap == best_gap and total < best):
            best = total
        if total < target:
            low += 1
        else:
            high -= 1
    return best

# %% cases
def visible():
    return [[[1, 3, 4, 7, 10], 15], [[2, 4], 100], [[1, 2, 5, 6], 7]]

def hidden(rng):
    cases = [
        [[], 3],
        [[5], 5],
        [[1, 2], 3],
        [[5, 5], 0],
        [[1, 4, 6], 6],
        [[0, 2, 4, 8], 5],
        [[1, 5, 9], 8],
        [[1, 2, 3], 100],
        [[10, 20, 30], 1],
        [[-8, -3, 0, 4, 9], 0],
        [[-8, -5, -2], -9],
        [[3, 3, 3, 3], 7],
        [[1, 10, 100, 1000], 111],
        [[2, 3, 9, 10], 12],
        [[2, 3, 9, 11], 13],
        [[1, 3, 5, 7, 9], 9],
    ]
    for length in (3, 5, 7, 9, 12, 16):
        weights = sorted(rng.randrange(-40, 60) for _ in range(length))
        cases.append([weights, rng.randrange(-30, 70)])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [[2 * i for i in range(n)], 2 * n + 1]
    return [sorted(rng.randrange(10 * n) for _ in range(n)), rng.randrange(5 * n, 15 * n)]

# %% bug tries_all_pairs category=algorithm
def closest_total(weights, target):
    if len(weights) < 2:
        raise ValueError("need two weights")
    best = weights[0] + weights[1]
    for i in range(len(weights)):
        for j in range(i + 1, len(weights)):
            total = weights[i] + weights[j]
            gap, best_gap = abs(total - target), abs(best - target)
            if gap < best_gap or (gap == best_gap and total < best):
                best = total
    return best

# %% bug uses_one_weight_twice category=logic
def closest_total(weights, target):
    if len(weights) < 2:
        raise ValueError("need two weights")
    low = 0
    high = len(weights) - 1
    best = weights[low] + weights[high]
    while low <= high:
        total = weights[low] + weights[high]
        gap, best_gap = abs(total - target), abs(best - target)
        if gap < best_gap or (gap == best_gap and total < best):
            best = total
        if total < target:
            low += 1
        else:
            high -= 1
    return best

# %% bug ignores_tie_rule category=logic
def closest_total(weights, target):
    if len(weights) < 2:
        raise ValueError("need two weights")
    low = 0
    high = len(weights) - 1
    best = weights[low] + weights[high]
    while low < high:
        total = weights[low] + weights[high]
        gap, best_gap = abs(total - target), abs(best - target)
        if gap <= best_gap:
            best = total
        if total < target:
            low += 1
        else:
            high -= 1
    return best
