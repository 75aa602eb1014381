"""Return the smallest value of every window of `width` neighbouring readings.

The result has one entry per full window, from left to right; if there are fewer
readings than `width` it is empty. A width below 1 raises ValueError. Windows
can be as wide as half of the data: the cost must not grow with the width.
"""

# %% meta
entry_points = ["sliding_minimum"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = ["collections"]

# %% reference
from collections import deque


def sliding_minimum(readings, width):
    if width < 1:
        raise ValueError("width must be positive")
    window = deque()
    lows = []
    for i, value in enumerate(readings):
        while window and readings[window[-1]] > value:
            window.pop()
        window.append(i)
        if window[0] == i - width:
            window.popleft()
        if i >= width - 1:
            lows.append(readings[window[0]])
    return lows

# %% cases
def visible():
    return [
        [[4, 2, 5, 1, 6], 2],
        [[1, 2], 3],
        {"call": "sliding_minimum", "args": [[1], 0], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        [[], 1],
        [[5], 1],
        [[5, 3, 8], 1],
        [[5, 3, 8], 3],
        [[5, 3, 8], 4],
        [[1, 2, 3, 4, 5, 6], 3],
        [[6, 5, 4, 3, 2, 1], 3],
        [[2, 2, 2, 2], 2],
        [[1, 9, 9, 9, 9], 2],
        [[1, 3, 1, 5, 5, 5, 4], 3],
        [[-1, -5, 0, -5, 7, 7, 7], 3],
        [[0, 4, 4, 0, 4, 4, 4], 3],
        {"call": "sliding_minimum", "args": [[1, 2], 0], "raises": "ValueError"},
        {"call": "sliding_minimum", "args": [[], -1], "raises": "ValueError"},
    ]
    for width in (2, 3, 5):
        cases.append([[rng.randrange(-9, 10) for _ in range(16)], width])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]


def scaling(n, rng, adverse):
    width = n // 2 if adverse else n // 4
    return [[rng.randrange(10**6) for _ in range(n)], width]

# %% bug rescans_window category=algorithm
def sliding_minimum(readings, width):
    if width < 1:
        raise ValueError("width must be positive")
    lows = []
    for end in range(width, len(readings) + 1):
        low = readings[end - 1]
        for i in range(end - width, end):
            if readings[i] < low:
                low = readings[i]
        lows.append(low)
    return lows

# %% bug expires_late category=logic
from collections import deque


def sliding_minimum(readings, width):
    if width < 1:
        raise ValueError("width must be positive")
    window = deque()
    lows = []
    for i, value in enumerate(readings):
        while window and readings[window[-1]] > value:
            window.pop()
        window.append(i)
        if i >= width - 1:
            lows.append(readings[window[0]])
        if window[0] == i - width:
            window.popleft()
    return lows

# %% bug last_window_lost category=logic
def sliding_minimum(readings, width):
    if width < 1:
        raise ValueError("width must be positive")
    lows = []
    for start in range(len(readings) - width):
        lows.append(min(readings[start:start + width]))
    return lows
