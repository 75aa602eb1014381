"""Choose what to pack so that the total value is as high as possible.

Each item is a triple (name, weight, value) with a positive weight and value, and
can be packed once. The weights may add up to at most `limit`. Return the pair
(total value, list of packed names in the order given). Among equally good
choices, later items are left out when possible: an item is packed only if that
beats the best choice among the items before it.
"""

# %% meta
entry_points = ["pack_trip"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def pack_trip(items, limit):
    # best[i][room]: highest value from the first i items within `room`.
    best = [[0] * (limit + 1)]
    for _, weight, value in items:
        previous = best[-1]
        row = list(previous)
        for room in range(weight, limit + 1):
            row[room] = max(previous[room], previous[room - weight] + value)
        best.append(row)

    packed = []
    room = limit
    for i in range(len(items), 0, -1):
        if best[i][room] != best[i - 1][room]:
            name, weight, _ = items[i - 1]
            packed.append(name)
            room -= weight
    packed.reverse()
    return (best[-1][limit], packed)

# %% cases
def visible():
    return [
        [[("tent", 5, 10), ("rope", 4, 40), ("stove", 6, 30)], 10],
        [[("map", 1, 1)], 0],
        [[], 5],
    ]


def hidden(rng):
    cases = [
        [[], 0],
        [[("a", 3, 4)], 3],
        [[("a", 3, 4)], 2],
        [[("a", 3, 4)], 7],
        [[("a", 2, 3), ("b", 2, 3)], 2],
        [[("a", 2, 3), ("b", 2, 3)], 4],
        [[("a", 1, 1), ("b", 2, 3), ("c", 3, 4)], 3],
        [[("a", 4, 7), ("b", 3, 5), ("c", 3, 5)], 6],
        [[("c", 3, 5), ("b", 3, 5), ("a", 6, 10)], 6],
        [[("big", 10, 9), ("x", 5, 5), ("y", 5, 5)], 10],
        [[("one", 1, 1)], 5],
        [[("p", 2, 2), ("q", 3, 3), ("r", 5, 5)], 5],
        [[("x", 1, 10), ("y", 1, 20), ("z", 1, 30)], 2],
        [[("d", 7, 1), ("e", 1, 7), ("f", 4, 4)], 11],
        [[("same", 2, 5), ("same", 2, 6)], 2],
    ]
    for n in (5, 6, 7):
        items = [
            ("item%d" % i, rng.randrange(1, 8), rng.randrange(1, 12)) for i in range(n)
        ]
        cases.append([items, rng.randrange(8, 18)])
    return cases

# %% bug item_used_again category=logic
def pack_trip(items, limit):
    best = [[0] * (limit + 1)]
    for _, weight, value in items:
        row = list(best[-1])
        for room in range(weight, limit + 1):
            row[room] = max(row[room], row[room - weight] + value)
        best.append(row)

    packed = []
    room = limit
    for i in range(len(items), 0, -1):
        if best[i][room] != best[i - 1][room]:
            name, weight, _ = items[i - 1]
            packed.append(name)
            room -= weight
    packed.reverse()
    return (best[-1][limit], packed)

# %% bug value_density category=logic
def pack_trip(items, limit):
    ranked = sorted(items, key=lambda item: item[2] / item[1], reverse=True)
    total = 0
    chosen = set()
    room = limit
    for name, weight, value in ranked:
        if weight <= room:
            room -= weight
            total += value
            chosen.add(name)
    return (total, [name for name, _, _ in items if name in chosen])

# %% bug shared_row category=type
def pack_trip(items, limit):
    best = [[0] * (limit + 1)] * (len(items) + 1)
    for i, (_, weight, value) in enumerate(items):
        for room in range(limit, weight - 1, -1):
            best[i + 1][room] = max(best[i][room], best[i][room - weight] + value)

    packed = []
    room = limit
    for i in range(len(items), 0, -1):
        if best[i][room] != best[i - 1][room]:
            name, weight, _ = items[i - 1]
            packed.append(name)
            room -= weight
    packed.reverse()
    return (best[-1][limit], packed)
