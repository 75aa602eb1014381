"""Reading a grid in a spiral.

Return the values of a rectangular grid (a list of equally long rows) in the
order met when walking along the top row to the right, down the last column,
back along the bottom row, up the first column, and then inwards in the same
way until every value was visited exactly once. A grid without rows, or with
rows that are empty, gives an empty list. Rows of different length raise
ValueError.
"""

# %% meta
entry_points = ["spiral_order"]
categories = ["logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def spiral_order(grid):
    """Return the values of the grid, clockwise from the top left corner."""
    if not grid:
        return []
    width = len(grid[0])
    if any(len(row) != width for row in grid):
        raise ValueError("rows differ in length")
    top, bottom = 0, len(grid) - 1
    left, right = 0, width - 1
    visited = []
    while top <= bottom and left <= right:
        for column in range(left, right + 1):
            visited.append(grid[top][column])
        top += 1
        for row in range(top, bottom + 1):
            visited.append(grid[row][right])
        right -= 1
        if top <= bottom:
            for column in range(right, left - 1, -1):
                visited.append(grid[bottom][column])
            bottom -= 1
        if left <= right:
            for row in range(bottom, top - 1, -1):
                visited.append(grid[row][left])
            left += 1
    return visited

# %% cases
def grid_of(height, width):
    return [list(range(row * width, row * width + width)) for row in range(height)]

def visible():
    return [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[1, 2], [3, 4]]], [[]]]

def hidden(rng):
    shapes = [(1, 1), (1, 5), (5, 1), (2, 3), (3, 2), (2, 5), (5, 2), (3, 5), (5, 3)]
    shapes += [(4, 4), (5, 5), (3, 4), (6, 7)]
    cases = [[grid_of(height, width)] for height, width in shapes]
    cases += [
        [[[]]],
        [[[], []]],
        [[[1, 2], [3]]],
        [[[1], [2, 3]]],
        [[[1, 2], [3, 4], []]],
        [[["a", "b"], ["c", "d"], ["e", "f"]]],
    ]
    cases.append([[[rng.randrange(100) for _ in range(6)] for _ in range(4)]])
    return cases

# %% bug single_row_walked_twice category=logic
def spiral_order(grid):
    """Return the values of the grid, clockwise from the top left corner."""
    if not grid:
        return []
    width = len(grid[0])
    if any(len(row) != width for row in grid):
        raise ValueError("rows differ in length")
    top, bottom = 0, len(grid) - 1
    left, right = 0, width - 1
    visited = []
    while top <= bottom and left <= right:
        for column in range(left, right + 1):
            visited.append(grid[top][column])
        top += 1
        for row in range(top, bottom + 1):
            visited.append(grid[row][right])
        right -= 1
        for column in range(right, left - 1, -1):
            visited.append(grid[bottom][column])
        bottom -= 1
        if left <= right:
            for row in range(bottom, top - 1, -1):
                visited.append(grid[row][left])
            left += 1
    return visited

# %% bug misses_first_column category=logic
def spiral_order(grid):
    """Return the values of the grid, clockwise from the top left corner."""
    if not grid:
        return []
    width = len(grid[0])
    if any(len(row) != width for row in grid):
        raise ValueError("rows differ in length")
    top, bottom = 0, len(grid) - 1
    left, right = 0, width - 1
    visited = []
    while top <= bottom and left <= right:
        for column in range(left, right + 1):
            visited.append(grid[top][column])
        top += 1
        for row in range(top, bottom + 1):
            visited.append(grid[row][right])
        right -= 1
        if top <= bottom:
            for column in range(right, left, -1):
                visited.append(grid[bottom][column])
            bottom -= 1
        if left <= right:
            for row in range(bottom, top - 1, -1):
                visited.append(grid[row][left])
            left += 1
    return visited
