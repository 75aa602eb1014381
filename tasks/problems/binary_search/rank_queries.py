"""Places on a leaderboard.

Given the scores of all players (in any order, with repetitions) and the scores
of some newcomers, return the place each newcomer would get on the leaderboard:
one more than the number of players with a strictly higher score. The scores
passed in must not be reordered. Thousands of players and newcomers are normal.
"""

# %% meta
entry_points = ["places"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = ["bisect"]

# %% reference
from bisect import bisect_right


def places(scores, newcomers):
    ordered = sorted(scores)
    result = []
    for score in newcomers:
        higher = len(ordered) - bisect_right(ordered, score)
        result.append(higher + 1)
    return result

# %% cases
def visible():
    return [[[100, 50, 80], [90, 50, 10]], [[], [5]], [[7, 7], [7, 8]]]

def hidden(rng):
    cases = [
        [[], []],
        [[3], []],
        [[3], [3]],
        [[3], [2, 4]],
        [[5, 5, 5], [4, 5, 6]],
        [[1, 2, 3], [0, 1, 2, 3, 4]],
        [[3, 1, 2], [2, 2, 2]],
        [[-5, 0, 5], [-6, -5, 1]],
        [[9, 1, 9, 1], [1, 9, 5]],
        [[10], [10, 10]],
        [[2, 40, 2, 40, 40], [39, 40, 41, 2]],
        [[8, 6, 7, 5, 3, 0, 9], [4, 9, 0]],
    ]
    for length in (6, 12, 25):
        scores = [rng.randrange(30) for _ in range(length)]
        cases.append([scores, [rng.randrange(-2, 33) for _ in range(8)]])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n, 0, -1)), [0] * n]
    return [[rng.randrange(n) for _ in range(n)], [rng.randrange(n) for _ in range(n)]]

# %% bug counts_all_scores category=algorithm
def places(scores, newcomers):
    result = []
    for score in newcomers:
        higher = 0
        for other in scores:
            if other > score:
                higher += 1
        result.append(higher + 1)
    return result

# %% bug searches_unsorted_scores category=logic
from bisect import bisect_right


def places(scores, newcomers):
    ordered = list(scores)
    result = []
    for score in newcomers:
        higher = len(ordered) - bisect_right(ordered, score)
        result.append(higher + 1)
    return result

# %% bug ties_count_as_higher category=logic
from bisect import bisect_left


def places(scores, newcomers):
    ordered = sorted(scores)
    result = []
    for score in newcomers:
        higher = len(ordered) - bisect_left(ordered, score)
        result.append(higher + 1)
    return result
