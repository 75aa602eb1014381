"""Largest tank between two walls.

Walls of the given heights stand one metre apart. Choosing two of them and
filling the space between with water holds (distance) times (height of the lower
wall). Return the largest amount that any two walls hold; with fewer than two
walls it is 0. The walls between the two chosen ones do not matter. Lists may be
long, so checking every pair is too slow.
"""

# %% meta
entry_points = ["largest_tank"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def largest_tank(heights):
    best = 0
    left, right = 0, len(heights) - 1
    while left < right:
        lower = min(heights[left], heights[right])
        best = max(best, lower * (right - left))
        if heights[left] < heights[right]:
            left += 1
        else:
            right -= 1
    return best

# %% cases
def visible():
    return [[[1, 8, 6, 2, 5, 4, 8, 3, 7]], [[3, 3]], [[4]]]

def hidden(rng):
    cases = [
        [[]],
        [[0, 0]],
        [[0, 5]],
        [[5, 0, 5]],
        [[1, 2]],
        [[2, 1]],
        [[1, 2, 1]],
        [[1, 2, 3, 4, 5, 6]],
        [[6, 5, 4, 3, 2, 1]],
        [[1, 100, 100, 1]],
        [[10, 1, 1, 1, 1, 9]],
        [[2, 9, 1, 1, 9, 2, 2, 2]],
        [[7, 7, 7, 7]],
        [[1, 1, 50, 49, 1, 1, 1]],
        [[3, 9, 2, 8, 1]],
    ]
    for length in (5, 9, 14, 30):
        cases.append([[rng.randrange(0, 40) for _ in range(length)]])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(1, n + 1))]
    return [[rng.randrange(1, 10 * n) for _ in range(n)]]

# %% bug checks_every_pair category=algorithm
def largest_tank(heights):
    best = 0
    for left in range(len(heights)):
        for right in range(left + 1, len(heights)):
            lower = min(heights[left], heights[right])
            best = max(best, lower * (right - left))
    return best

# %% bug moves_the_higher_wall category=logic
def largest_tank(heights):
    best = 0
    left, right = 0, len(heights) - 1
    while left < right:
        lower = min(heights[left], heights[right])
        best = max(best, lower * (right - left))
        if heights[left] > heights[right]:
            left += 1
        else:
            right -= 1
    return best

# %% bug counts_walls_not_gaps category=logic
def largest_tank(heights):
    best = 0
    left, right = 0, len(heights) - 1
    while left < right:
        lower = min(heights[left], heights[right])
        best = max(best, lower * (right - left + 1))
        if heights[left] < heights[right]:
            left += 1
        else:
            right -= 1
    return best
