"""Return the median of the numbers seen so far, after each number of a stream.

With an odd count the median is the middle number; with an even count it is the
lower of the two middle ones. Everything is an integer. Streams are long, so a
number must not cost more than logarithmic time.
"""

# %% meta
entry_points = ["running_median"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = ["heapq"]

# %% reference
import heapq


def running_median(stream):
    """List of lower medians, one for each prefix of the stream."""
    lower = []   # negated, so that its root is the largest of the small half
    upper = []
    medians = []
    for number in stream:
        if lower and number > -lower[0]:
            heapq.heappush(upper, number)
        else:
            heapq.heappush(lower, -number)
        if len(lower) > len(upper) + 1:
            heapq.heappush(upper, -heapq.heappop(lower))
        elif len(upper) > len(lower):
            heapq.heappush(lower, -heapq.heappop(upper))
        medians.append(-lower[0])
    return medians

# %% cases
def visible():
    return [[[5, 2, 8, 1]], [[7]], [[]]]


def hidden(rng):
    cases = [
        [[1, 2]],
        [[2, 1]],
        [[1, 2, 3, 4, 5, 6]],
        [[6, 5, 4, 3, 2, 1]],
        [[4, 4, 4, 4]],
        [[1, 9, 1, 9, 1, 9]],
        [[9, 1, 9, 1, 9, 1]],
        [[-3, -1, -2, 0]],
        [[0, 0, -1, -1, -1]],
        [[10, 20, 15, 15, 15]],
        [[3, 1, 2, 2, 3, 1]],
        [[100, -100, 50, -50, 0]],
    ]
    for n in (8, 13, 20):
        cases.append([[rng.randrange(-30, 31) for _ in range(n)]])
    return cases

# %% scaling
sizes = [400, 800, 1600, 3200]


def scaling(n, rng, adverse):
    if adverse:
        return [[rng.randrange(10**9) for _ in range(n)]]
    return [[rng.randrange(1000) for _ in range(n)]]

# %% bug sorts_every_prefix category=algorithm
def running_median(stream):
    medians = []
    for end in range(1, len(stream) + 1):
        ordered = sorted(stream[:end])
        medians.append(ordered[(end - 1) // 2])
    return medians

# %% bug upper_middle category=logic
def running_median(stream):
    seen = []
    medians = []
    for number in stream:
        seen.append(number)
        seen.sort()
        medians.append(seen[len(seen) // 2])
    return medians

# %% bug forgets_to_move_back category=logic
import heapq


def running_median(stream):
    lower = []
    upper = []
    medians = []
    for number in stream:
        if lower and number > -lower[0]:
            heapq.heappush(upper, number)
        else:
            heapq.heappush(lower, -number)
        if len(lower) > len(upper) + 1:
            heapq.heappush(upper, -heapq.heappop(lower))
        medians.append(-lower[0])
    return medians
