"""Add up the values of a search tree that lie between low and high, both included.

A node is a dict with "value", "left" and "right"; a missing child is None, and so
is an empty tree. Smaller values are on the left, larger ones on the right, and
equal values may be on either side. Nothing in the range gives 0.
"""

# %% meta
entry_points = ["range_sum"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def range_sum(tree, low, high):
    total = 0
    todo = [tree]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        value = node["value"]
        if low <= value <= high:
            total += value
        if value >= low:
            todo.append(node["left"])
        if value <= high:
            todo.append(node["right"])
    return total

# %% cases
def build(values):
    tree = None
    for value in values:
        new = {"value": value, "left": None, "right": None}
        if tree is None:
            tree = new
            continue
        node = tree
        while True:
            side = "left" if value < node["value"] else "right"
            if node[side] is None:
                node[side] = new
                break
            node = node[side]
    return tree


def visible():
    return [[build([5, 3, 8, 1, 4]), 3, 5], [None, 0, 9], [build([2]), 3, 9]]


def hidden(rng):
    twin = {
        "value": 4,
        "left": {"value": 4, "left": None, "right": None},
        "right": {"value": 4, "left": None, "right": None},
    }
    twin_low = {"value": 2, "left": {"value": 2, "left": None, "right": None}, "right": None}
    twin_high = {"value": 9, "left": None, "right": {"value": 9, "left": None, "right": None}}
    cases = [
        [build([2]), 2, 2],
        [build([2]), 1, 1],
        [twin, 4, 4],
        [twin, 5, 9],
        [twin_low, 2, 5],
        [twin_high, 5, 9],
        [build([5, 3, 8, 1, 4, 7, 9]), 1, 9],
        [build([5, 3, 8, 1, 4, 7, 9]), 6, 6],
        [build([5, 3, 8, 1, 4, 7, 9]), 8, 8],
        [build([5, 3, 8, 1, 4, 7, 9]), 4, 7],
        [build([5, 3, 8, 1, 4, 7, 9]), 9, 1],
        [build([0, -4, 6, -2, 3]), -4, 0],
        [build([0, -4, 6, -2, 3]), -3, 3],
        [build([1, 2, 3, 4, 5, 6]), 2, 5],
        [build([6, 5, 4, 3, 2, 1]), 2, 5],
        [build([10, 0, 20]), 11, 20],
        [build([10, 0, 20]), 0, 9],
    ]
    for _ in range(4):
        values = [rng.randrange(30) for _ in range(12)]
        cases.append([build(values), rng.randrange(15), rng.randrange(15, 30)])
    return cases

# %% bug exclusive_high category=logic
def range_sum(tree, low, high):
    total = 0
    todo = [tree]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        value = node["value"]
        if value in range(low, high):
            total += value
        if value >= low:
            todo.append(node["left"])
        if value <= high:
            todo.append(node["right"])
    return total

# %% bug prunes_wrong_side category=logic
def range_sum(tree, low, high):
    if tree is None:
        return 0
    value = tree["value"]
    if value < low:
        return range_sum(tree["left"], low, high)
    if value > high:
        return range_sum(tree["right"], low, high)
    return (
        value
        + range_sum(tree["left"], low, high)
        + range_sum(tree["right"], low, high)
    )

# %% bug missing_child category=type
def range_sum(tree, low, high):
    total = 0
    todo = [tree]
    while todo:
        node = todo.pop()
        value = node["value"]
        if low <= value <= high:
            total += value
        if value >= low:
            todo.append(node["left"])
        if value <= high:
            todo.append(node["right"])
    return total

# %% bug broken_indent category=syntax
def range_sum(tree, low, high):
    total = 0
    todo = [tree]
    while todo:
        node = todo.pop()
        if node is None:
        continue
        value = node["value"]
        if low <= value <= high:
            total += value
        if value >= low:
            todo.append(node["left"])
        if value <= high:
            todo.append(node["right"])
    return total
