"""Merge two sorted chains into one sorted chain.

A chain is None when empty, otherwise a pair (value, rest) whose rest is again a
chain. Both inputs are ascending, so is the result, and all values are kept.
Chains may hold thousands of links: do not recurse.
"""

# %% meta
entry_points = ["merge_chains"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def merge_chains(left, right):
    merged = []
    while left is not None and right is not None:
        if left[0] <= right[0]:
            value, left = left
        else:
            value, right = right
        merged.append(value)
    rest = right if left is None else left
    for value in reversed(merged):
        rest = (value, rest)
    return rest

# %% cases
def chain(values):
    rest = None
    for value in reversed(values):
        rest = (value, rest)
    return rest


def visible():
    return [[chain([1, 4]), chain([2, 3])], [None, (5, None)], [None, None]]


def hidden(rng):
    cases = [
        [chain([7]), None],
        [chain([1]), chain([2])],
        [chain([2]), chain([1])],
        [chain([1, 2, 3]), chain([4, 5, 6])],
        [chain([4, 5, 6]), chain([1, 2, 3])],
        [chain([1, 1, 1]), chain([1, 1])],
        [chain([0, 0]), chain([-1, 0, 1])],
        [chain([1.0, 2.0]), chain([1, 2])],
        [chain([1, 2]), chain([1.0, 2.0])],
        [chain(["ant", "cow"]), chain(["bee", "dog", "eel"])],
        [chain([-5, 10]), chain([0])],
        [chain([False]), chain([0])],
    ]
    for _ in range(5):
        a = sorted(rng.randrange(20) for _ in range(rng.randrange(8)))
        b = sorted(rng.randrange(20) for _ in range(rng.randrange(8)))
        cases.append([chain(a), chain(b)])
    return cases

# %% bug drops_tail category=logic
def merge_chains(left, right):
    merged = []
    while left is not None and right is not None:
        if left[0] <= right[0]:
            value, left = left
        else:
            value, right = right
        merged.append(value)
    rest = None
    for value in reversed(merged):
        rest = (value, rest)
    return rest

# %% bug list_links category=type
def merge_chains(left, right):
    merged = []
    while left and right:
        if left[0] <= right[0]:
            value, left = left
        else:
            value, right = right
        merged.append(value)
    rest = left or right
    for value in reversed(merged):
        rest = [value, rest]
    return rest
