"""Best stretch of days.

Given the daily profit of a shop (negative on bad days), return the largest
total that any run of consecutive days reaches. A run has at least one day, so
when every day lost money the answer is the smallest loss. An empty list raises
ValueError. There may be tens of thousands of days; make one pass.
"""

# %% meta
entry_points = ["best_run"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def best_run(profits):
    if not profits:
        raise ValueError("no days given")
    best = profits[0]
    current = profits[0]
    for profit in profits[1:]:
        current = max(profit, current + profit)
        best = max(best, current)
    return best

# %% cases
def visible():
    return [[[2, -5, 4, 3, -1]], [[-4, -2, -7]], [[5]]]

def hidden(rng):
    cases = [
        [[]],
        [[-5]],
        [[0]],
        [[-3, -1]],
        [[-1, -3]],
        [[1, 2, 3, 4]],
        [[6, -2, 7]],
        [[6, -7, 7]],
        [[6, -7, 3]],
        [[0, -1, 0]],
        [[-2, 1, -3, 4, -1, 2, 1, -5, 4]],
        [[-1, 9, -9, 9]],
        [[9, -9, 1]],
    ]
    for length in (5, 8, 12, 20):
        cases.append([[rng.randrange(-20, 21) for _ in range(length)]])
    cases.append([[rng.randrange(-20, 0) for _ in range(10)]])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [[(-1) ** i * (i % 97 + 1) for i in range(n)]]
    return [[rng.randrange(-1000, 1001) for _ in range(n)]]

# %% bug every_start_and_end category=algorithm
def best_run(profits):
    if not profits:
        raise ValueError("no days given")
    best = profits[0]
    for start in range(len(profits)):
        for end in range(start, len(profits)):
            total = 0
            for day in range(start, end + 1):
                total += profits[day]
            best = max(best, total)
    return best

# %% bug starts_at_zero category=logic
def best_run(profits):
    if not profits:
        raise ValueError("no days given")
    best = 0
    current = 0
    for profit in profits[1:]:
        current = max(profit, current + profit)
        best = max(best, current)
    return best

# %% bug never_restarts category=logic
def best_run(profits):
    if not profits:
        raise ValueError("no days given")
    best = profits[0]
    current = profits[0]
    for profit in profits[1:]:
        current = max(current, current + profit)
        best = max(best, current)
    return best
