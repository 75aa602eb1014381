"""Count for every employee how many people are in their part of the tree.

parents[i] is the manager of employee i, or -1 for the one at the top; managers
may have larger or smaller numbers than their people. The count includes the
employee. Reporting lines can be thousands of levels deep.
"""

# %% meta
entry_points = ["subtree_sizes"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def subtree_sizes(parents):
    waiting = [0] * len(parents)
    for parent in parents:
        if parent >= 0:
            waiting[parent] += 1
    sizes = [1] * len(parents)
    ready = [i for i, count in enumerate(waiting) if count == 0]
    for child in ready:  # grows while it is walked
        parent = parents[child]
        if parent >= 0:
            sizes[parent] += sizes[child]
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    return sizes

# %% cases
def visible():
    return [[[-1, 0, 0, 1]], [[2, 2, -1]], [[]]]


def hidden(rng):
    cases = [
        [[-1]],
        [[-1, 0]],
        [[1, -1]],
        [[-1, 0, 1, 2, 3]],
        [[1, 2, 3, 4, -1]],
        [[-1, 0, 0, 0, 0]],
        [[4, 4, 4, 4, -1]],
        [[-1, 0, 0, 1, 1, 2, 2]],
        [[6, 6, 4, 4, 5, -1, 5]],
        [[3, 0, 0, -1, 3, 4, 1]],
        [[1, 3, 1, -1, 2, 3]],
    ]
    for n in (6, 9, 12, 15):
        names = list(range(n))
        rng.shuffle(names)
        parents = [-1] * n
        for i in range(1, n):
            parents[names[i]] = names[rng.randrange(max(0, i - 3), i)]
        cases.append([parents])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 5000]


def scaling(n, rng, adverse):
    names = list(range(n))
    rng.shuffle(names)
    parents = [-1] * n
    for i in range(1, n):
        parents[names[i]] = names[i - 1 if adverse else rng.randrange(max(0, i - 9), i)]
    return [parents]

# %% bug walks_to_root category=algorithm
def subtree_sizes(parents):
    sizes = [0] * len(parents)
    for employee in range(len(parents)):
        boss = employee
        while boss >= 0:
            sizes[boss] += 1
            boss = parents[boss]
    return sizes

# %% bug assumes_numbering category=logic
def subtree_sizes(parents):
    sizes = [1] * len(parents)
    for child in range(len(parents) - 1, -1, -1):
        parent = parents[child]
        if parent >= 0:
            sizes[parent] += sizes[child]
    return sizes

# %% bug direct_reports_only category=logic
def subtree_sizes(parents):
    sizes = [1] * len(parents)
    for parent in parents:
        if parent >= 0:
            sizes[parent] += 1
    return sizes
