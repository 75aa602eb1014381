"""Work out the cheapest way to join ropes into a single one.

Joining two ropes costs the sum of their lengths and gives a rope of that length.
Return the smallest total cost of joining all of them; with fewer than two ropes
nothing has to be paid. The given list must stay as it is. There may be
thousands of ropes.
"""

# %% meta
entry_points = ["joining_cost"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = ["heapq"]

# %% reference
import heapq


def joining_cost(lengths):
    heap = list(lengths)
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(heap, joined)
    return total

# %% cases
def visible():
    return [[[4, 3, 2, 6]], [[5]], [[]]]


def hidden(rng):
    cases = [
        [[1, 1]],
        [[0, 0, 0]],
        [[3, 1]],
        [[1, 2, 3]],
        [[3, 2, 1]],
        [[5, 5, 5, 5]],
        [[1, 2, 4, 8, 16]],
        [[16, 8, 4, 2, 1]],
        [[2, 2, 3, 3]],
        [[10, 1, 1, 1, 1]],
        [[100, 1]],
        [[1, 5, 5, 9, 9]],
        [[7, 6, 6, 5, 4, 9]],
    ]
    for n in (6, 9, 12):
        cases.append([[rng.randrange(1, 40) for _ in range(n)]])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 4000]


def scaling(n, rng, adverse):
    high = 10 if adverse else 10**6
    return [[rng.randrange(1, high) for _ in range(n)]]

# %% bug searches_for_smallest category=algorithm
def joining_cost(lengths):
    ropes = list(lengths)
    total = 0
    while len(ropes) > 1:
        first = min(ropes)
        ropes.remove(first)
        second = min(ropes)
        ropes.remove(second)
        total += first + second
        ropes.append(first + second)
    return total

# %% bug sorted_once category=logic
def joining_cost(lengths):
    ropes = sorted(lengths)
    total = 0
    while len(ropes) > 1:
        joined = ropes.pop(0) + ropes.pop(0)
        total += joined
        ropes.insert(0, joined)
    return total

# %% bug push_order_swapped category=type
import heapq


def joining_cost(lengths):
    heap = list(lengths)
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(joined, heap)
    return total
