"""For each day's price, say how many days later a strictly higher price comes.

Return a list as long as the input; a day after which no higher price follows
gets 0. Equal prices do not count as higher. Lists are long, so the work must
stay proportional to the number of days.
"""

# %% meta
entry_points = ["days_until_higher"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def days_until_higher(prices):
    waits = [0] * len(prices)
    pending = []
    for day, price in enumerate(prices):
        while pending and prices[pending[-1]] < price:
            earlier = pending.pop()
            waits[earlier] = day - earlier
        pending.append(day)
    return waits

# %% cases
def visible():
    return [[[30, 28, 29, 31, 25]], [[5, 5, 6]], [[]]]


def hidden(rng):
    cases = [
        [[7]],
        [[1, 2]],
        [[2, 1]],
        [[4, 4, 4, 4]],
        [[1, 2, 3, 4, 5]],
        [[9, 7, 5, 3, 1]],
        [[9, 7, 5, 3, 1, 10]],
        [[3, 1, 1, 2, 2, 4]],
        [[0, -3, -2, -1, 0, 1]],
        [[5, 1, 6, 1, 7, 1]],
        [[-1, -1, 0, -1]],
        [[8, 2, 9, 2, 9, 3]],
    ]
    for _ in range(5):
        cases.append([[rng.randrange(12) for _ in range(15)]])
    return cases

# %% scaling
sizes = [1500, 3000, 6000, 12000]


def scaling(n, rng, adverse):
    if adverse:
        return [[n - i % (n // 2) for i in range(n)]]
    return [[rng.randrange(10**6) - 3 * 10**6 * i // n for i in range(n)]]

# %% bug forward_scan category=algorithm
def days_until_higher(prices):
    waits = [0] * len(prices)
    for day, price in enumerate(prices):
        for later in range(day + 1, len(prices)):
            if prices[later] > price:
                waits[day] = later - day
                break
    return waits

# %% bug equal_counts_as_higher category=logic
def days_until_higher(prices):
    waits = [0] * len(prices)
    pending = []
    for day, price in enumerate(prices):
        while pending and prices[pending[-1]] <= price:
            earlier = pending.pop()
            waits[earlier] = day - earlier
        pending.append(day)
    return waits

# %% bug compares_day_with_price category=type
def days_until_higher(prices):
    waits = [0] * len(prices)
    pending = []
    for day, price in enumerate(prices):
        while pending and pending[-1] < price:
            earlier = pending.pop()
            waits[earlier] = day - prices[earlier]
        pending.append(day)
    return waits
