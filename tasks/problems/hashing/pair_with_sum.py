"""Two gift cards.

Given the prices of the items in a shop and a budget, find two different items
whose prices add up to exactly the budget. Return their positions as a list
[i, j] with i < j, or an empty list if there is no such pair. With several pairs
take the one with the smallest j; if that leaves a choice, the largest i. The
list can be long, so avoid comparing every pair.
"""

# %% meta
entry_points = ["find_pair"]
categories = ["algorithm", "logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def find_pair(prices, budget):
    seen = {}
    for j, price in enumerate(prices):
        if budget - price in seen:
            return [seen[budget - price], j]
        seen[price] = j
    return []

# %% cases
def visible():
    return [[[2, 7, 11, 15], 9], [[3, 3], 6], [[1, 2], 10]]

def hidden(rng):
    cases = [
        [[], 0],
        [[5], 10],
        [[5], 5],
        [[5, 1, 5], 10],
        [[4, 4, 4], 8],
        [[1, 1, 3, 2], 4],
        [[1, 2, 3, 4], 5],
        [[3, 1, 1, 2], 3],
        [[0, 0], 0],
        [[0, 6, 0], 6],
        [[-2, 5, 7], 5],
        [[-2, 5, 7, 2], 0],
        [[10, 20, 30, 40], 70],
        [[8, 2], 10],
        [[9, 9, 1, 9], 10],
        [[1, 2, 4, 8, 16], 7],
    ]
    for _ in range(4):
        prices = [rng.randrange(1, 30) for _ in range(12)]
        cases.append([prices, rng.randrange(10, 50)])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [[2 * i for i in range(n)], 2 * n + 1]
    prices = [2 * rng.randrange(n) for _ in range(n)]
    return [prices, 2 * n - 1]

# %% bug compares_every_pair category=algorithm
def find_pair(prices, budget):
    for j in range(len(prices)):
        for i in range(j - 1, -1, -1):
            if prices[i] + prices[j] == budget:
                return [i, j]
    return []

# %% bug pairs_item_with_itself category=logic
def find_pair(prices, budget):
    seen = {}
    for j, price in enumerate(prices):
        seen[price] = j
        if budget - price in seen:
            return [seen[budget - price], j]
    return []

# %% bug set_used_as_dict category=type
def find_pair(prices, budget):
    seen = set()
    for j, price in enumerate(prices):
        if budget - price in seen:
            return [seen[budget - price], j]
        seen.add(price)
    return []
