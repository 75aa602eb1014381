"""Return the height of a binary tree, or -1 if the tree is not balanced.

A tree is None or a triple (left, value, right). The height of None is 0 and of a
single node 1. Balanced means that at every node the heights of the two sides
differ by at most one.
"""

# %% meta
entry_points = ["balanced_height"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def balanced_height(tree):
    if tree is None:
        return 0
    left, _, right = tree
    left_height = balanced_height(left)
    right_height = balanced_height(right)
    if left_height == -1 or right_height == -1:
        return -1
    if abs(left_height - right_height) > 1:
        return -1
    return 1 + max(left_height, right_height)

# %% cases
def leaf(value):
    return (None, value, None)


def grow(rng, depth):
    if depth == 0 or rng.random() < 0.15:
        return None
    return (grow(rng, depth - 1), rng.randrange(10), grow(rng, depth - 1))


def visible():
    return [[(leaf(1), 2, leaf(3))], [((leaf(1), 2, None), 3, None)], [None]]


def hidden(rng):
    chain_left = ((leaf(1), 2, None), 3, None)
    chain_right = (None, 1, (None, 2, leaf(3)))
    full = ((leaf(1), 2, leaf(3)), 4, (leaf(5), 6, leaf(7)))
    cases = [
        [leaf(0)],
        [(leaf(1), 2, None)],
        [(None, 2, leaf(3))],
        [chain_right],
        [full],
        [(full, 8, leaf(9))],
        [(leaf(9), 8, full)],
        [(full, 8, (leaf(1), 9, None))],
        [(chain_left, 4, full)],
        [(full, 4, chain_right)],
        [(chain_left, 4, None)],
        [(None, 4, chain_right)],
        [((chain_left, 5, full), 1, full)],
        [(leaf(1), 5, chain_right)],
        [(chain_left, 5, leaf(1))],
    ]
    for depth in (2, 3, 3, 4):
        cases.append([grow(rng, depth)])
    return cases

# %% bug root_only category=logic
def balanced_height(tree):
    def height(node):
        if node is None:
            return 0
        return 1 + max(height(node[0]), height(node[2]))

    if tree is None:
        return 0
    if abs(height(tree[0]) - height(tree[2])) > 1:
        return -1
    return height(tree)

# %% bug returns_false category=type
def balanced_height(tree):
    if tree is None:
        return 0
    left, _, right = tree
    left_height = balanced_height(left)
    right_height = balanced_height(right)
    if left_height == -1 or right_height == -1:
        return False
    if abs(left_height - right_height) > 1:
        return False
    return 1 + max(left_height, right_height)

# %% bug failure_not_passed_up category=logic
def balanced_height(tree):
    if tree is None:
        return 0
    left, _, right = tree
    left_height = balanced_height(left)
    right_height = balanced_height(right)
    if abs(left_height - right_height) > 1:
        return -1
    return 1 + max(left_height, right_height)
