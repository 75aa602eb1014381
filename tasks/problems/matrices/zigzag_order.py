"""Read a rectangular grid along its diagonals, turning at every edge.

A diagonal is the set of cells with equal row + column. The first one is the top
left cell; the next one is read downwards (from its top right end), the one after
that upwards, and so on in turn. Return a flat list. The grid may be empty.
"""

# %% meta
entry_points = ["zigzag_order"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def zigzag_order(grid):
    if not grid:
        return []
    rows, columns = len(grid), len(grid[0])
    order = []
    for total in range(rows + columns - 1):
        first = max(0, total - columns + 1)
        last = min(rows - 1, total)
        diagonal = [grid[r][total - r] for r in range(first, last + 1)]
        if total % 2 == 0:
            diagonal.reverse()
        order.extend(diagonal)
    return order

# %% cases
def table(rows, columns):
    return [[10 * r + c for c in range(columns)] for r in range(rows)]


def visible():
    return [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[1, 2], [3, 4]]], [[]]]


def hidden(rng):
    cases = [[table(rows, columns)] for rows in (1, 2, 3, 4) for columns in (1, 2, 3, 5)]
    cases.append([[]])
    cases.append([table(5, 4)])
    cases.append([table(6, 2)])
    cases.append([[["a", "b"], ["c", "d"], ["e", "f"]]])
    cases.append([[[rng.randrange(9) for _ in range(5)] for _ in range(5)]])
    return cases

# %% bug square_grids_only category=logic
def zigzag_order(grid):
    if not grid:
        return []
    size = len(grid)
    order = []
    for total in range(2 * size - 1):
        first = max(0, total - size + 1)
        last = min(size - 1, total)
        diagonal = [grid[r][total - r] for r in range(first, last + 1)]
        if total % 2 == 0:
            diagonal.reverse()
        order.extend(diagonal)
    return order

# %% bug reverse_returns_none category=type
def zigzag_order(grid):
    if not grid:
        return []
    rows, columns = len(grid), len(grid[0])
    order = []
    for total in range(rows + columns - 1):
        first = max(0, total - columns + 1)
        last = min(rows - 1, total)
        diagonal = [grid[r][total - r] for r in range(first, last + 1)]
        if total % 2 == 0:
            diagonal = diagonal.reverse()
        order.extend(diagonal)
    return order

# %% bug never_turns category=logic
def zigzag_order(grid):
    if not grid:
        return []
    rows, columns = len(grid), len(grid[0])
    order = []
    for total in range(rows + columns - 1):
        first = max(0, total - columns + 1)
        last = min(rows - 1, total)
        order.extend(grid[r][total - r] for r in range(first, last + 1))
    return order
