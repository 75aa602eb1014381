"""Report how large the groups of connected computers are, largest first.

There are n computers numbered from 0, and each link (a, b) joins two of them in
both directions. Links may repeat or join a computer to itself. A computer
without links is a group of one.
"""

# %% meta
entry_points = ["group_sizes"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def group_sizes(n, links):
    leader = list(range(n))

    def find(node):
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for a, b in links:
        leader[find(a)] = find(b)
    counts = {}
    for node in range(n):
        root = find(node)
        counts[root] = counts.get(root, 0) + 1
    return sorted(counts.values(), reverse=True)

# %% cases
def visible():
    return [[5, [(0, 1), (1, 2)]], [3, []], [0, []]]


def hidden(rng):
    cases = [
        [1, []],
        [1, [(0, 0)]],
        [2, [(0, 1)]],
        [2, [(1, 0), (0, 1), (1, 0)]],
        [4, [(0, 1), (2, 3)]],
        [4, [(0, 1), (2, 3), (1, 2)]],
        [4, [(3, 2), (2, 1), (1, 0)]],
        [6, [(0, 5), (1, 4)]],
        [6, [(0, 1), (0, 2), (3, 4), (3, 5), (2, 5)]],
        [6, [(2, 2), (3, 3)]],
        [7, [(0, 1), (1, 2), (2, 0), (4, 5), (5, 6), (6, 4)]],
        [8, [(7, 0), (6, 1), (5, 2), (4, 3), (0, 1), (2, 3), (0, 3)]],
    ]
    for links in (3, 5, 7, 9):
        pairs = [(rng.randrange(10), rng.randrange(10)) for _ in range(links)]
        cases.append([10, pairs])
    return cases

# %% bug joins_nodes_not_roots category=logic
def group_sizes(n, links):
    leader = list(range(n))

    def find(node):
        while leader[node] != node:
            node = leader[node]
        return node

    for a, b in links:
        if find(a) != find(b):
            leader[a] = find(b)
    counts = {}
    for node in range(n):
        root = find(node)
        counts[root] = counts.get(root, 0) + 1
    return sorted(counts.values(), reverse=True)

# %% bug stale_labels category=logic
def group_sizes(n, links):
    label = list(range(n))
    for a, b in links:
        low = min(label[a], label[b])
        label[a] = label[b] = low
    counts = {}
    for node in range(n):
        counts[label[node]] = counts.get(label[node], 0) + 1
    return sorted(counts.values(), reverse=True)

# %% bug sorts_in_place category=type
def group_sizes(n, links):
    leader = list(range(n))

    def find(node):
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for a, b in links:
        leader[find(a)] = find(b)
    counts = {}
    for node in range(n):
        root = find(node)
        counts[root] = counts.get(root, 0) + 1
    return list(counts.values()).sort(reverse=True)
