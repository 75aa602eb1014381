"""Find the fewest coins that make up an amount exactly.

There are as many coins of each value as needed. Return -1 if the amount cannot
be made, and 0 for amount 0. Coin values are positive and come in any order.
"""

# %% meta
entry_points = ["fewest_coins"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def fewest_coins(coins, amount):
    impossible = amount + 1
    best = [0] + [impossible] * amount
    for target in range(1, amount + 1):
        for coin in coins:
            if coin <= target:
                best[target] = min(best[target], best[target - coin] + 1)
    return best[amount] if best[amount] < impossible else -1

# %% cases
def visible():
    return [[[1, 5, 10], 28], [[2], 3], [[3, 4], 0]]


def hidden(rng):
    cases = [
        [[], 0],
        [[], 4],
        [[1], 1],
        [[1], 7],
        [[5], 5],
        [[5], 4],
        [[1, 3, 4], 6],
        [[4, 3, 1], 6],
        [[1, 7, 10], 14],
        [[9, 6, 1], 12],
        [[5, 7], 23],
        [[5, 7], 24],
        [[5, 7], 13],
        [[2, 4, 6], 9],
        [[25, 10, 1], 30],
        [[8, 3], 19],
        [[1, 50], 99],
        [[100, 2], 8],
    ]
    for _ in range(4):
        coins = rng.sample(range(2, 20), 3)
        cases.append([coins, rng.randrange(15, 60)])
    return cases

# %% bug largest_first category=logic
def fewest_coins(coins, amount):
    used = 0
    for coin in sorted(coins, reverse=True):
        used += amount // coin
        amount %= coin
    return used if amount == 0 else -1

# %% bug none_in_minimum category=type
def fewest_coins(coins, amount):
    best = [0] + [None] * amount
    for target in range(1, amount + 1):
        for coin in coins:
            if coin <= target:
                best[target] = min(best[target], best[target - coin] + 1)
    return best[amount] if best[amount] is not None else -1

# %% bug unclosed_list category=syntax
def fewest_coins(coins, amount):
    impossible = amount + 1
    best = [0] + [impossible * amount
    for target in range(1, amount + 1):
        for coin in coins:
            if coin <= target:
                best[target] = min(best[target], best[target - coin] + 1)
    return best[amount] if best[amount] < impossible else -1
