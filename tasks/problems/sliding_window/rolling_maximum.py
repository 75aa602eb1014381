"""Rolling maximum.

For a series of measurements and a window size, return the list of the maxima of
all windows of that many consecutive measurements, from left to right. A series
shorter than the window gives an empty list; a size below 1 raises ValueError.
The windows can be as long as half of a series of thousands of measurements, so
do not look at every value of every window again.
"""

# %% meta
entry_points = ["rolling_maximum"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = ["collections"]

# %% reference
from collections import deque


def rolling_maximum(series, size):
    """Return the maximum of every window of the given size."""
    if size < 1:
        raise ValueError("size must be at least 1")
    candidates = deque()
    maxima = []
    for i, value in enumerate(series):
        while candidates and series[candidates[-1]] <= value:
            candidates.pop()
        candidates.append(i)
        if candidates[0] <= i - size:
            candidates.popleft()
        if i >= size - 1:
            maxima.append(series[candidates[0]])
    return maxima

# %% cases
def visible():
    return [[[1, 3, -1, -3, 5, 3, 6, 7], 3], [[4, 2], 5], [[9], 1]]

def hidden(rng):
    cases = [
        [[], 1],
        [[], 0],
        [[1, 2], 0],
        [[1, 2], -2],
        [[1, 2, 3], 1],
        [[1, 2, 3], 3],
        [[3, 2, 1], 3],
        [[3, 2, 1], 2],
        [[5, 4, 3, 2, 1, 0], 3],
        [[0, 1, 2, 3, 4, 5], 3],
        [[7, 7, 7, 7], 2],
        [[7, 7, 1, 1, 1], 2],
        [[-4, -2, -9, -1], 2],
        [[9, 1, 1, 1, 8], 4],
        [[1, 2, 3], 4],
        [[2, 9, 9, 1, 0, 0, 0], 3],
    ]
    for length, size in ((8, 2), (12, 4), (20, 5), (30, 11)):
        cases.append([[rng.randrange(-9, 10) for _ in range(length)], size])
    return cases

# %% scaling
sizes = [2500, 5000, 10000, 20000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n, 0, -1)), n // 2]
    return [[rng.randrange(10 * n) for _ in range(n)], n // 3]

# %% bug maximum_of_each_slice category=algorithm
def rolling_maximum(series, size):
    """Return the maximum of every window of the given size."""
    if size < 1:
        raise ValueError("size must be at least 1")
    maxima = []
    for start in range(len(series) - size + 1):
        maxima.append(max(series[start:start + size]))
    return maxima

# %% bug window_one_too_long category=logic
from collections import deque


def rolling_maximum(series, size):
    """Return the maximum of every window of the given size."""
    if size < 1:
        raise ValueError("size must be at least 1")
    candidates = deque()
    maxima = []
    for i, value in enumerate(series):
        while candidates and series[candidates[-1]] <= value:
            candidates.pop()
        candidates.append(i)
        if candidates[0] < i - size:
            candidates.popleft()
        if i >= size - 1:
            maxima.append(series[candidates[0]])
    return maxima

# %% bug keeps_stale_order category=logic
from collections import deque


def rolling_maximum(series, size):
    """Return the maximum of every window of the given size."""
    if size < 1:
        raise ValueError("size must be at least 1")
    candidates = deque()
    maxima = []
    for i, value in enumerate(series):
        if candidates and series[candidates[-1]] <= value:
            candidates.pop()
        candidates.append(i)
        if candidates[0] <= i - size:
            candidates.popleft()
        if i >= size - 1:
            maxima.append(series[candidates[0]])
    return maxima
