"""Answer many questions about the sum of a rectangle inside a table of numbers.

Each query is (top, left, bottom, right): rows top .. bottom-1 and columns left ..
right-1, all within the table. An empty rectangle sums to 0. Return the list of
sums in the order of the queries. There are many large queries, so each must be
answered in constant time after the table was read once.
"""

# %% meta
entry_points = ["region_sums"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def region_sums(table, queries):
    width = len(table[0]) if table else 0
    above = [[0] * (width + 1)]
    for row in table:
        running = 0
        sums = [0]
        for column, value in enumerate(row):
            running += value
            sums.append(running + above[-1][column + 1])
        above.append(sums)

    answers = []
    for top, left, bottom, right in queries:
        high = above[top]
        low = above[bottom]
        answers.append(low[right] - low[left] - high[right] + high[left])
    return answers

# %% cases
def visible():
    return [
        [[[1, 2, 3], [4, 5, 6]], [(0, 0, 2, 3), (1, 1, 2, 3)]],
        [[[7]], [(0, 0, 1, 1), (0, 0, 0, 1)]],
        [[[1, 2]], []],
    ]


def hidden(rng):
    small = [[3, -1, 4], [1, 5, -9], [2, 6, 5], [-3, 5, 8]]
    cases = [
        [[], []],
        [[], [(0, 0, 0, 0)]],
        [[[5]], [(0, 0, 1, 1)]],
        [[[5]], [(1, 1, 1, 1), (0, 1, 1, 1), (0, 0, 1, 0)]],
        [[[1, 2, 3, 4]], [(0, 0, 1, 4), (0, 1, 1, 3), (0, 3, 1, 4)]],
        [[[1], [2], [3]], [(0, 0, 3, 1), (1, 0, 2, 1), (2, 0, 3, 1)]],
        [small, [(0, 0, 4, 3)]],
        [small, [(1, 1, 2, 2)]],
        [small, [(1, 0, 3, 2), (0, 1, 3, 3), (2, 2, 4, 3)]],
        [small, [(3, 0, 4, 3), (0, 2, 4, 3), (0, 0, 4, 1)]],
        [small, [(2, 1, 2, 3), (1, 2, 3, 2)]],
        [[[0, 0], [0, 0]], [(0, 0, 2, 2)]],
        [small, [(0, 0, 1, 1), (0, 0, 1, 1)]],
        [[[], []], [(0, 0, 2, 0)]],
    ]
    for _ in range(4):
        table = [[rng.randrange(-9, 10) for _ in range(6)] for _ in range(5)]
        queries = []
        for _ in range(5):
            top, left = rng.randrange(5), rng.randrange(6)
            queries.append((top, left, rng.randrange(top, 6), rng.randrange(left, 7)))
        cases.append([table, queries])
    return cases

# %% scaling
sizes = [16, 32, 64, 112]


def scaling(n, rng, adverse):
    table = [[rng.randrange(-99, 100) for _ in range(n)] for _ in range(n)]
    edge = 3 if adverse else n // 3
    queries = []
    for _ in range(30 * n):
        top, left = rng.randrange(edge), rng.randrange(edge)
        queries.append((top, left, n - rng.randrange(edge), n - rng.randrange(edge)))
    return [table, queries]

# %% bug adds_up_each_query category=algorithm
def region_sums(table, queries):
    answers = []
    for top, left, bottom, right in queries:
        total = 0
        for row in table[top:bottom]:
            total += sum(row[left:right])
        answers.append(total)
    return answers

# %% bug corner_not_restored category=logic
def region_sums(table, queries):
    width = len(table[0]) if table else 0
    above = [[0] * (width + 1)]
    for row in table:
        running = 0
        sums = [0]
        for column, value in enumerate(row):
            running += value
            sums.append(running + above[-1][column + 1])
        above.append(sums)

    answers = []
    for top, left, bottom, right in queries:
        high = above[top]
        low = above[bottom]
        answers.append(low[right] - low[left] - high[right])
    return answers

# %% bug sums_whole_rows category=type
def region_sums(table, queries):
    answers = []
    for top, left, bottom, right in queries:
        total = 0
        for row in table[top:bottom]:
            total += row[left:right]
        answers.append(total)
    return answers

# %% bug inclusive_ends category=logic
def region_sums(table, queries):
    answers = []
    for top, left, bottom, right in queries:
        total = 0
        for row in table[top:bottom + 1]:
            total += sum(row[left:right + 1])
        answers.append(total)
    return answers
