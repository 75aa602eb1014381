"""Count the fewest moves a cart needs across a warehouse floor.

`floor` is a list of equally long strings where "#" is a shelf and anything else
is free. A move goes one cell up, down, left or right. `start` and `goal` are
(row, column) pairs. Return 0 if they are the same free cell, and None if the
goal cannot be reached or either of them is a shelf. Floors are large, so every
cell should be looked at a fixed number of times.
"""

# %% meta
entry_points = ["warehouse_route"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def warehouse_route(floor, start, goal):
    def is_free(row, column):
        if not 0 <= row < len(floor):
            return False
        if not 0 <= column < len(floor[row]):
            return False
        return floor[row][column] != "#"

    if not is_free(*start) or not is_free(*goal):
        return None
    moves = 0
    edge = [tuple(start)]
    seen = {tuple(start)}
    while edge:
        if tuple(goal) in edge:
            return moves
        following = []
        for row, column in edge:
            for step_down, step_right in ((1, 0), (0, 1), (-1, 0), (0, -1)):
                cell = (row + step_down, column + step_right)
                if cell not in seen and is_free(*cell):
                    seen.add(cell)
                    following.append(cell)
        edge = following
        moves += 1
    return None

# %% cases
def visible():
    return [
        [["..#", ".#.", "..."], (0, 0), (1, 2)],
        [["..", ".."], (0, 0), (0, 0)],
        [["#.", ".#"], (0, 1), (1, 0)],
    ]


def hidden(rng):
    maze = ["......", ".####.", ".#..#.", ".##.#.", "....#."]
    cases = [
        [["."], (0, 0), (0, 0)],
        [["#"], (0, 0), (0, 0)],
        [[".#"], (0, 0), (0, 1)],
        [["#."], (0, 0), (0, 1)],
        [["....."], (0, 0), (0, 4)],
        [["....."], (0, 4), (0, 0)],
        [[".", ".", "."], (0, 0), (2, 0)],
        [[".", ".", "."], (2, 0), (0, 0)],
        [[".#.", ".#.", "..."], (0, 0), (0, 2)],
        [["...", ".#.", ".#."], (2, 0), (2, 2)],
        [["...", "#.#", "..."], (0, 0), (2, 2)],
        [["#.#", "...", "#.#"], (1, 0), (0, 1)],
        [["#.#", "...", "#.#"], (2, 1), (1, 2)],
        [maze, (2, 2), (4, 5)],
        [maze, (0, 0), (2, 2)],
        [maze, (3, 3), (4, 5)],
        [["..#..", "..#..", "..#.."], (0, 0), (0, 4)],
        [["S..", "##.", "G.."], (0, 0), (2, 0)],
        [["##", ".."], (1, 0), (1, 1)],
    ]
    for _ in range(5):
        floor = ["".join(rng.choice("...#") for _ in range(6)) for _ in range(5)]
        floor[0] = "." + floor[0][1:]
        floor[4] = floor[4][:5] + "."
        cases.append([floor, (0, 0), (4, 5)])
    return cases

# %% scaling
sizes = [16, 28, 40, 56]


def scaling(n, rng, adverse):
    rows = ["." * n for _ in range(n)]
    if adverse:
        goal = (n - 1, n - 1)
    else:
        goal = (n - 1, n // 2)
    return [rows, (0, 0), goal]

# %% bug list_of_seen_cells category=algorithm
def warehouse_route(floor, start, goal):
    def is_free(row, column):
        if not 0 <= row < len(floor):
            return False
        if not 0 <= column < len(floor[row]):
            return False
        return floor[row][column] != "#"

    if not is_free(*start) or not is_free(*goal):
        return None
    moves = 0
    edge = [tuple(start)]
    seen = [tuple(start)]
    while edge:
        if tuple(goal) in edge:
            return moves
        following = []
        for row, column in edge:
            for step_down, step_right in ((1, 0), (0, 1), (-1, 0), (0, -1)):
                cell = (row + step_down, column + step_right)
                if cell not in seen and is_free(*cell):
                    seen.append(cell)
                    following.append(cell)
        edge = following
        moves += 1
    return None

# %% bug wraps_around category=logic
def warehouse_route(floor, start, goal):
    def is_free(row, column):
        if row >= len(floor) or column >= len(floor[row]):
            return False
        return floor[row][column] != "#"

    if not is_free(*start) or not is_free(*goal):
        return None
    moves = 0
    edge = [tuple(start)]
    seen = {tuple(start)}
    while edge and moves <= 4 * len(floor) * len(floor[0]):
        if tuple(goal) in edge:
            return moves
        following = []
        for row, column in edge:
            for step_down, step_right in ((1, 0), (0, 1), (-1, 0), (0, -1)):
                cell = (
                    (row + step_down) % len(floor),
                    (column + step_right) % len(floor[0]),
                )
                if cell not in seen and is_free(*cell):
                    seen.add(cell)
                    following.append(cell)
        edge = following
        moves += 1
    return None

# %% bug depth_first category=logic
def warehouse_route(floor, start, goal):
    if floor[start[0]][start[1]] == "#" or floor[goal[0]][goal[1]] == "#":
        return None
    stack = [(start[0], start[1], 0)]
    seen = set()
    while stack:
        row, column, moves = stack.pop()
        if (row, column) == tuple(goal):
            return moves
        if (row, column) in seen:
            continue
        seen.add((row, column))
        for step_down, step_right in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            r, c = row + step_down, column + step_right
            if 0 <= r < len(floor) and 0 <= c < len(floor[r]):
                if floor[r][c] != "#":
                    stack.append((r, c, moves + 1))
    return None
