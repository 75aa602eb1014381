"""Read a rectangular grid in a clockwise spiral, starting at the top left.

Return a flat list: first row left to right, last column downwards, last row
right to left, and so on inwards. The grid may have any number of rows and
columns, or none, and must stay as it is.
"""

# %% meta
entry_points = ["spiral_order"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def spiral_order(grid):
    order = []
    top, bottom = 0, len(grid) - 1
    left, right = 0, len(grid[0]) - 1 if grid else -1
    while top <= bottom and left <= right:
        for column in range(left, right + 1):
            order.append(grid[top][column])
        for row in range(top + 1, bottom + 1):
            order.append(grid[row][right])
        if top < bottom and left < right:
            for column in range(right - 1, left - 1, -1):
                order.append(grid[bottom][column])
            for row in range(bottom - 1, top, -1):
                order.append(grid[row][left])
        top += 1
        bottom -= 1
        left += 1
        right -= 1
    return order

# %% cases
def table(rows, columns):
    return [[10 * r + c for c in range(columns)] for r in range(rows)]


def visible():
    return [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[1, 2], [3, 4]]], [[]]]


def hidden(rng):
    cases = [[table(rows, columns)] for rows in (1, 2, 3, 4) for columns in (1, 2, 3, 5)]
    cases.append([[[]]])
    cases.append([[[], []]])
    cases.append([table(5, 4)])
    cases.append([table(6, 2)])
    cases.append([[["a", "b"], ["c", "d"], ["e", "f"]]])
    cases.append([[[rng.randrange(9) for _ in range(5)] for _ in range(5)]])
    return cases

# %% bug single_row_twice category=logic
def spiral_order(grid):
    order = []
    top, bottom = 0, len(grid) - 1
    left, right = 0, len(grid[0]) - 1 if grid else -1
    while top <= bottom and left <= right:
        for column in range(left, right + 1):
            order.append(grid[top][column])
        for row in range(top + 1, bottom + 1):
            order.append(grid[row][right])
        for column in range(right - 1, left - 1, -1):
            order.append(grid[bottom][column])
        for row in range(bottom - 1, top, -1):
            order.append(grid[row][left])
        top += 1
        bottom -= 1
        left += 1
        right -= 1
    return order

# %% bug peels_without_turning category=type
def spiral_order(grid):
    order = []
    grid = list(grid)
    while grid:
        order.extend(grid.pop(0))
        grid = zip(*grid)[::-1]
    return order

# %% bug turns_wrong_way category=logic
def spiral_order(grid):
    order = []
    grid = list(grid)
    while grid:
        order.extend(grid.pop(0))
        grid = [list(row)[::-1] for row in zip(*grid)]
    return order
