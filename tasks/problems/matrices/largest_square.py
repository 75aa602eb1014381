"""Find the side of the largest square of free cells in a floor plan.

The plan is a list of equally long strings; "." is a free cell, everything else
is taken. The square's sides run along rows and columns. Return 0 if no cell is
free or the plan is empty. Plans are large, so visit each cell only once.
"""

# %% meta
entry_points = ["largest_square"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def largest_square(plan):
    largest = 0
    above = [0] * (len(plan[0]) + 1) if plan else []
    for row in plan:
        sides = [0]
        for column, cell in enumerate(row):
            side = 0
            if cell == ".":
                side = 1 + min(above[column], above[column + 1], sides[column])
            sides.append(side)
            largest = max(largest, side)
        above = sides
    return largest

# %% cases
def visible():
    return [[["..#", "...", "#.."]], [["##", "##"]], [[]]]


def hidden(rng):
    cases = [
        [[]],
        [["."]],
        [["#"]],
        [["....."]],
        [[".", ".", "."]],
        [["..", ".."]],
        [["..", ".#"]],
        [["..", "#."]],
        [["#.", ".."]],
        [[".#", ".."]],
        [["...", "...", "..."]],
        [["...", ".#.", "..."]],
        [["....", "....", "...."]],
        [["..x.", "....", "....", ".x.."]],
        [["#....", "#....", "#....", "#....", "#####"]],
        [["####", "#..#", "#..#", "####"]],
        [[".....", ".....", "..#..", ".....", "....."]],
        [["..#...", "..#...", "##....", "......"]],
        [["", ""]],
        [["......", ".....#", "......", "......", "#....."]],
        [["##.##", "#...#", "..#..", "#...#"]],
    ]
    for rows in (5, 6, 7):
        cases.append([["".join(rng.choice(".....#") for _ in range(7)) for _ in range(rows)]])
    return cases

# %% scaling
sizes = [15, 30, 60, 90]


def scaling(n, rng, adverse):
    if adverse:
        return [["." * n for _ in range(n)]]
    return [["".join("#" if rng.randrange(1000) == 0 else "." for _ in range(n)) for _ in range(n)]]

# %% bug grows_each_corner category=algorithm
def largest_square(plan):
    largest = 0
    for top in range(len(plan)):
        for left in range(len(plan[top])):
            side = 0
            while top + side < len(plan) and left + side < len(plan[top]):
                taken = False
                for i in range(side + 1):
                    if plan[top + side][left + i] != ".":
                        taken = True
                    if plan[top + i][left + side] != ".":
                        taken = True
                if taken:
                    break
                side += 1
            largest = max(largest, side)
    return largest

# %% bug forgets_diagonal category=logic
def largest_square(plan):
    largest = 0
    above = [0] * (len(plan[0]) + 1) if plan else []
    for row in plan:
        sides = [0]
        for column, cell in enumerate(row):
            side = 0
            if cell == ".":
                side = 1 + min(above[column + 1], sides[column])
            sides.append(side)
            largest = max(largest, side)
        above = sides
    return largest

# %% bug truthy_cells category=type
def largest_square(plan):
    largest = 0
    above = [0] * (len(plan[0]) + 1) if plan else []
    for row in plan:
        sides = [0]
        for column, cell in enumerate(row):
            side = 0
            if cell:
                side = 1 + min(above[column], above[column + 1], sides[column])
            sides.append(side)
            largest = max(largest, side)
        above = sides
    return largest
