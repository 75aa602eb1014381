"""Count how many requests a least-recently-used cache would have answered.

The cache holds up to `capacity` keys and starts empty. A request for a key
that it holds is a hit and makes that key the most recently used one. Any
other request is a miss: the key is stored, and when the cache was full the
key used longest ago goes. With capacity 0 nothing is ever stored. Traces are
long, so a request has to take constant time on average, whatever the
capacity.
"""

# %% meta
entry_points = ["lru_hits"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = ["collections"]

# %% reference
from collections import OrderedDict


def lru_hits(capacity, requests):
    held = OrderedDict()
    hits = 0
    for key in requests:
        if key in held:
            hits += 1
            held.move_to_end(key)
        else:
            held[key] = True
            if len(held) > capacity:
                held.popitem(last=False)
    return hits

# %% cases
def visible():
    return [[2, ["a", "b", "a", "c", "b"]], [3, [1, 2, 3, 1, 2, 3]], [0, [1, 1]]]


def hidden(rng):
    cases = [
        [5, []],
        [1, [1, 1, 1, 1]],
        [1, [1, 2, 1, 2]],
        [2, [1, 2, 1, 3, 1, 2, 1]],
        [2, [1, 2, 3, 1, 2, 3]],
        [3, [1, 2, 3, 1, 4, 1, 2, 3]],
        [3, [1, 2, 3, 4, 2, 5, 2, 3]],
        [2, ["x", "y", "x", "x", "z", "x", "y"]],
        [0, [4, 4, 4]],
        [100, [n % 7 for n in range(50)]],
        [4, [0, "", None, 0, "", None]],
        [6, [n % 7 for n in range(50)]],
    ]
    for capacity in (1, 2, 3, 5, 8):
        cases.append([capacity, [rng.randrange(12) for _ in range(80)]])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]


def scaling(n, rng, adverse):
    if adverse:
        return [n // 4, [i % (n // 4) for i in range(n)]]
    return [n // 4, [rng.randrange(n // 2) for _ in range(n)]]

# %% bug first_in_first_out category=logic
from collections import OrderedDict


def lru_hits(capacity, requests):
    held = OrderedDict()
    hits = 0
    for key in requests:
        if key in held:
            hits += 1
        else:
            held[key] = True
            if len(held) > capacity:
                held.popitem(last=False)
    return hits

# %% bug evicts_newest category=logic
from collections import OrderedDict


def lru_hits(capacity, requests):
    held = OrderedDict()
    hits = 0
    for key in requests:
        if key in held:
            hits += 1
            held.move_to_end(key, last=False)
        else:
            held[key] = True
            if len(held) > capacity:
                held.popitem(last=False)
    return hits

# %% bug ordered_list category=algorithm
def lru_hits(capacity, requests):
    held = []
    hits = 0
    for key in requests:
        if key in held:
            hits += 1
            held.remove(key)
            held.append(key)
        else:
            held.append(key)
            if len(held) > capacity:
                held.pop(0)
    return hits
