"""Compute the next generation of a colony of cells on an endless grid.

The colony is a list of (row, column) pairs, without repeats, in any order;
coordinates may be negative. A cell lives in the next generation if it has exactly
three living neighbours among the eight around it, or if it lives now and has
exactly two. Return the next colony as a sorted list.
"""

# %% meta
entry_points = ["life_step"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def life_step(colony):
    alive = set(colony)
    neighbours = {}
    for row, column in alive:
        for r in range(row - 1, row + 2):
            for c in range(column - 1, column + 2):
                if (r, c) != (row, column):
                    neighbours[r, c] = neighbours.get((r, c), 0) + 1
    following = []
    for cell, count in neighbours.items():
        if count == 3 or (count == 2 and cell in alive):
            following.append(cell)
    return sorted(following)

# %% cases
def visible():
    return [
        [[(0, 0), (0, 1), (0, 2)]],
        [[(5, 5)]],
        [[(0, 0), (0, 1), (1, 0), (1, 1)]],
    ]


def hidden(rng):
    cases = [
        [[]],
        [[(0, 0), (0, 1)]],
        [[(0, 0), (1, 1), (2, 2)]],
        [[(1, 1), (0, 1), (2, 1)]],
        [[(0, 0), (0, 1), (1, 0)]],
        [[(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)]],
        [[(-1, -1), (-1, 0), (0, -1)]],
        [[(-5, 3), (-5, 4), (-5, 5)]],
        [[(r, c) for r in range(3) for c in range(3)]],
        [[(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)]],
        [[(0, 0), (0, 2), (2, 0), (2, 2)]],
        [[(0, 0), (0, 2), (2, 0), (2, 2), (1, 1)]],
        [[(0, 0), (0, 3), (3, 0), (3, 3)]],
        [[(9, 9), (9, 8), (8, 9), (0, 0), (1, 0), (2, 0)]],
    ]
    for n in (8, 12, 18):
        cells = [(r, c) for r in range(6) for c in range(6)]
        cases.append([rng.sample(cells, n)])
    return cases

# %% bug only_living_cells_checked category=logic
def life_step(colony):
    alive = set(colony)
    following = []
    for row, column in alive:
        count = 0
        for r in range(row - 1, row + 2):
            for c in range(column - 1, column + 2):
                if (r, c) != (row, column) and (r, c) in alive:
                    count += 1
        if count == 3 or count == 2:
            following.append((row, column))
    return sorted(following)

# %% bug counts_itself category=logic
def life_step(colony):
    alive = set(colony)
    neighbours = {}
    for row, column in alive:
        for r in range(row - 1, row + 2):
            for c in range(column - 1, column + 2):
                neighbours[r, c] = neighbours.get((r, c), 0) + 1
    following = []
    for cell, count in neighbours.items():
        if count == 3 or (count == 2 and cell in alive):
            following.append(cell)
    return sorted(following)

# %% bug list_as_key category=type
def life_step(colony):
    alive = set(colony)
    neighbours = {}
    for row, column in alive:
        for r in range(row - 1, row + 2):
            for c in range(column - 1, column + 2):
                if (r, c) != (row, column):
                    cell = [r, c]
                    neighbours[cell] = neighbours.get(cell, 0) + 1
    following = []
    for cell, count in neighbours.items():
        if count == 3 or (count == 2 and cell in alive):
            following.append(cell)
    return sorted(following)
