"""Follow `links` from `start` and describe the shape of the walk.

links[i] is the next position after i, or -1 where the walk ends. Return the pair
(steps before the loop, length of the loop); for a walk that ends, the first
number counts the visited positions and the second is 0. A start of -1 visits
nothing. Tables are large: one pass over the visited positions should do.
"""

# %% meta
entry_points = ["loop_shape"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def loop_shape(links, start):
    first_seen = {}
    here = start
    step = 0
    while here != -1 and here not in first_seen:
        first_seen[here] = step
        here = links[here]
        step += 1
    if here == -1:
        return (step, 0)
    return (first_seen[here], step - first_seen[here])

# %% cases
def visible():
    return [[[1, 2, 0], 0], [[1, 2, -1], 0], [[2, 0, 3, 2], 1]]


def hidden(rng):
    cases = [
        [[], -1],
        [[-1], 0],
        [[0], 0],
        [[1, 0], 1],
        [[0, 1, 2], 2],
        [[1, 2, 3, 3], 0],
        [[1, 2, 3, 1], 0],
        [[1, 2, 3, 0], 2],
        [[-1, 0, 1, 2], 3],
        [[-1, 0, 1, 2], 0],
        [[3, 0, 1, -1], 2],
        [[5, 4, 1, 2, 0, 3], 1],
        [[1, -1, 0], -1],
        [[1, 2, 3, 4, 2], 4],
    ]
    for _ in range(5):
        n = rng.randrange(3, 12)
        cases.append([[rng.randrange(-1, n) for _ in range(n)], rng.randrange(n)])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 12000]


def scaling(n, rng, adverse):
    order = list(range(n))
    rng.shuffle(order)
    links = [0] * n
    for here, there in zip(order, order[1:]):
        links[here] = there
    links[order[-1]] = order[n // 2] if adverse else -1
    return [links, order[0]]

# %% bug list_of_seen category=algorithm
def loop_shape(links, start):
    seen = []
    here = start
    while here != -1 and here not in seen:
        seen.append(here)
        here = links[here]
    if here == -1:
        return (len(seen), 0)
    head = seen.index(here)
    return (head, len(seen) - head)

# %% bug loop_returns_to_start category=logic
def loop_shape(links, start):
    step = 0
    here = start
    while here != -1 and step <= len(links):
        here = links[here]
        step += 1
        if here == start:
            return (0, step)
    if here == -1:
        return (step, 0)
    return (step - len(links), len(links))

# %% bug counts_whole_walk category=logic
def loop_shape(links, start):
    first_seen = {}
    here = start
    step = 0
    while here != -1 and here not in first_seen:
        first_seen[here] = step
        here = links[here]
        step += 1
    if here == -1:
        return (step, 0)
    return (first_seen[here], step)
