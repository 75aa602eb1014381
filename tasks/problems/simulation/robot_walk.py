"""Move a robot over a board by a string of commands and return where it ends.

The board has cells (0, 0) to (width-1, height-1); the robot starts at (0, 0) and
faces north, which is towards larger y. "F" moves one cell ahead, "L" and "R" turn
it by 90 degrees. A move that would leave the board is ignored. Any other command
raises ValueError. Return (x, y, facing) with facing one of "N", "E", "S", "W".
"""

# %% meta
entry_points = ["robot_walk"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def robot_walk(width, height, commands):
    moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    x = y = facing = 0
    for command in commands:
        if command == "L":
            facing = (facing - 1) % 4
        elif command == "R":
            facing = (facing + 1) % 4
        elif command == "F":
            new_x = x + moves[facing][0]
            new_y = y + moves[facing][1]
            if 0 <= new_x < width and 0 <= new_y < height:
                x, y = new_x, new_y
        else:
            raise ValueError("unknown command")
    return (x, y, "NESW"[facing])

# %% cases
def visible():
    return [
        [3, 3, "FFRF"],
        [2, 2, ""],
        {"call": "robot_walk", "args": [2, 2, "FX"], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        [1, 1, "F"],
        [1, 1, "FLFLFLFL"],
        [5, 5, "R"],
        [5, 5, "L"],
        [5, 5, "LL"],
        [5, 5, "LLL"],
        [5, 5, "RRRRR"],
        [5, 2, "FFF"],
        [2, 5, "RFFF"],
        [4, 4, "LF"],
        [4, 4, "RRF"],
        [4, 4, "FFRFFRF"],
        [4, 4, "FFRFFRFRF"],
        [4, 4, "RFFLFLF"],
        [3, 6, "FFFFFFRFFFF"],
        [6, 3, "RFFFFFFFLFFFF"],
        [3, 3, "FFRFFRFFRFF"],
        [3, 3, "FFRFFRFFFRFFF"],
        {"call": "robot_walk", "args": [3, 3, "FRB"], "raises": "ValueError"},
        {"call": "robot_walk", "args": [3, 3, "f"], "raises": "ValueError"},
        {"call": "robot_walk", "args": [3, 3, "F F"], "raises": "ValueError"},
    ]
    for _ in range(5):
        cases.append([5, 4, "".join(rng.choice("FFFLR") for _ in range(18))])
    return cases

# %% bug lets_walls_clamp_both category=logic
def robot_walk(width, height, commands):
    moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    x = y = facing = 0
    for command in commands:
        if command == "L":
            facing = (facing - 1) % 4
        elif command == "R":
            facing = (facing + 1) % 4
        elif command == "F":
            x = min(max(x + moves[facing][0], 0), width)
            y = min(max(y + moves[facing][1], 0), height)
        else:
            raise ValueError("unknown command")
    return (x, y, "NESW"[facing])

# %% bug facing_not_wrapped category=type
def robot_walk(width, height, commands):
    moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    x = y = facing = 0
    for command in commands:
        if command == "L":
            facing -= 1
        elif command == "R":
            facing += 1
        elif command == "F":
            new_x = x + moves[facing][0]
            new_y = y + moves[facing][1]
            if 0 <= new_x < width and 0 <= new_y < height:
                x, y = new_x, new_y
        else:
            raise ValueError("unknown command")
    return (x, y, "NESW"[facing])

# %% bug assignment_in_test category=syntax
def robot_walk(width, height, commands):
    moves = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    x = y = facing = 0
    for command in commands:
        if command = "L":
            facing = (facing - 1) % 4
        elif command = "R":
            facing = (facing + 1) % 4
        elif command == "F":
            new_x = x + moves[facing][0]
            new_y = y + moves[facing][1]
            if 0 <= new_x < width and 0 <= new_y < height:
                x, y = new_x, new_y
        else:
            raise ValueError("unknown command")
    return (x, y, "NESW"[facing])
