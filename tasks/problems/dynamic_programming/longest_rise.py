"""Return the length of the longest strictly rising subsequence.

The chosen numbers keep their order but need not be neighbours. Equal numbers do
not rise. The empty list gives 0. Inputs have thousands of numbers, so comparing
all pairs is too slow.
"""

# %% meta
entry_points = ["longest_rise"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = ["bisect"]

# %% reference
from bisect import bisect_left


def longest_rise(numbers):
    ends = []
    for number in numbers:
        spot = bisect_left(ends, number)
        if spot == len(ends):
            ends.append(number)
        else:
            ends[spot] = number
    return len(ends)

# %% cases
def visible():
    return [[[3, 1, 4, 1, 5, 9, 2, 6]], [[5, 4, 3]], [[]]]


def hidden(rng):
    cases = [
        [[7]],
        [[1, 2]],
        [[2, 1]],
        [[2, 2, 2]],
        [[1, 2, 3, 4]],
        [[1, 2, 2, 3, 3]],
        [[10, 1, 11, 2, 12, 3]],
        [[5, 6, 1, 2, 3]],
        [[5, 6, 7, 1, 2]],
        [[-5, -6, 0, -1, -1, 2]],
        [[0, 8, 4, 12, 2, 10, 6, 14, 1, 9]],
        [[3, 5, 4, 4, 5, 6]],
        [[1, 100, 2, 99, 3, 98, 4]],
    ]
    for n in (10, 15, 20):
        cases.append([[rng.randrange(25) for _ in range(n)]])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 7000]


def scaling(n, rng, adverse):
    if adverse:
        return [[i + rng.randrange(50) for i in range(n)]]
    return [[rng.randrange(10 * n) for _ in range(n)]]

# %% bug compares_all_pairs category=algorithm
def longest_rise(numbers):
    best = []
    for i, number in enumerate(numbers):
        longest = 0
        for j in range(i):
            if numbers[j] < number and best[j] > longest:
                longest = best[j]
        best.append(longest + 1)
    return max(best, default=0)

# %% bug allows_equal category=logic
from bisect import bisect_right


def longest_rise(numbers):
    ends = []
    for number in numbers:
        spot = bisect_right(ends, number)
        if spot == len(ends):
            ends.append(number)
        else:
            ends[spot] = number
    return len(ends)

# %% bug neighbours_only category=logic
def longest_rise(numbers):
    best = current = 0
    for i, number in enumerate(numbers):
        if i > 0 and number > numbers[i - 1]:
            current += 1
        else:
            current = 1
        best = max(best, current)
    return best
