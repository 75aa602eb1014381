"""Totals over date ranges.

`sales` holds the sales of one day each, starting with day 0. Answer a list of
queries (first, last), both days included, with the list of their totals. A
query whose first day lies after its last day covers no day and gives 0. A query
that covers days but reaches outside of the list raises ValueError. There are
about as many queries as days, and both can be thousands.
"""

# %% meta
entry_points = ["range_totals"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def range_totals(sales, queries):
    prefix = [0]
    for amount in sales:
        prefix.append(prefix[-1] + amount)
    totals = []
    for first, last in queries:
        if first > last:
            totals.append(0)
            continue
        if first < 0 or last >= len(sales):
            raise ValueError("day out of range")
        totals.append(prefix[last + 1] - prefix[first])
    return totals

# %% cases
def visible():
    return [[[3, 1, 4, 1, 5], [(0, 2), (1, 1), (3, 4)]], [[2, 2], [(1, 0)]], [[7], []]]

def hidden(rng):
    sales = [5, -2, 8, 0, 1, 9]
    cases = [
        [[], []],
        [[], [(0, -1)]],
        [[], [(0, 0)]],
        [[4], [(0, 0)]],
        [[4], [(0, 1)]],
        [[4], [(-1, 0)]],
        [sales, [(0, 5)]],
        [sales, [(5, 5)]],
        [sales, [(0, 0)]],
        [sales, [(1, 6)]],
        [sales, [(-2, 3)]],
        [sales, [(4, 2), (2, 4), (9, 8), (-1, -3)]],
        [sales, [(3, 2), (0, 3)]],
        [sales, [(1, 3), (1, 3), (0, 4)]],
        [[-1, -1, -1], [(0, 2), (1, 2)]],
        [sales, [(0, 1), (0, 7)]],
    ]
    for length in (8, 15):
        row = [rng.randrange(-30, 60) for _ in range(length)]
        queries = [tuple(sorted((rng.randrange(length), rng.randrange(length)))) for _ in range(10)]
        cases.append([row, queries])
    return cases

# %% scaling
sizes = [1500, 3000, 6000, 12000]
def scaling(n, rng, adverse):
    sales = [rng.randrange(1000) for _ in range(n)]
    if adverse:
        return [sales, [(i % 10, n - 1 - i % 10) for i in range(n)]]
    return [sales, [(rng.randrange(n // 4), rng.randrange(3 * n // 4, n)) for _ in range(n)]]

# %% bug sums_each_range category=algorithm
def range_totals(sales, queries):
    totals = []
    for first, last in queries:
        if first > last:
            totals.append(0)
            continue
        if first < 0 or last >= len(sales):
            raise ValueError("day out of range")
        totals.append(sum(sales[first:last + 1]))
    return totals

# %% bug last_day_excluded category=logic
def range_totals(sales, queries):
    prefix = [0]
    for amount in sales:
        prefix.append(prefix[-1] + amount)
    totals = []
    for first, last in queries:
        if first > last:
            totals.append(0)
            continue
        if first < 0 or last >= len(sales):
            raise ValueError("day out of range")
        totals.append(prefix[last] - prefix[first])
    return totals

# %% bug first_day_excluded category=logic
def range_totals(sales, queries):
    prefix = [0]
    for amount in sales:
        prefix.append(prefix[-1] + amount)
    totals = []
    for first, last in queries:
        if first > last:
            totals.append(0)
            continue
        if first < 0 or last >= len(sales):
            raise ValueError("day out of range")
        totals.append(prefix[last + 1] - prefix[first + 1])
    return totals
