"""Count the boats needed to take everybody across at once.

A boat holds at most two people whose weights add up to no more than `limit`.
Somebody heavier than the limit cannot cross: raise ValueError. Nobody needs no
boat. The list of weights must stay as it is, and may be long.
"""

# %% meta
entry_points = ["boats_needed"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def boats_needed(weights, limit):
    people = sorted(weights)
    light = 0
    heavy = len(people) - 1
    if people and people[heavy] > limit:
        raise ValueError("too heavy for a boat")
    boats = 0
    while light <= heavy:
        if people[light] + people[heavy] <= limit:
            light += 1
        heavy -= 1
        boats += 1
    return boats

# %% cases
def visible():
    return [
        [[60, 50, 40, 90], 100],
        [[], 80],
        {"call": "boats_needed", "args": [[70, 101], 100], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        [[50], 100],
        [[100], 100],
        [[60], 100],
        [[50, 50], 100],
        [[50, 51], 100],
        [[30, 70, 70], 100],
        [[1, 1, 1, 1, 1], 100],
        [[99, 98, 97], 100],
        [[80, 20, 30, 70, 60, 40], 100],
        [[80, 20, 20, 20, 20], 100],
        [[10, 55, 45, 90], 100],
        [[3, 5, 3, 4], 5],
        [[2, 2, 3, 3], 5],
        [[0, 0, 0], 0],
        [[1, 2, 3, 4, 5, 6, 7], 8],
        {"call": "boats_needed", "args": [[5], 4], "raises": "ValueError"},
        {"call": "boats_needed", "args": [[9, 1, 1], 8], "raises": "ValueError"},
    ]
    for n in (7, 8, 11):
        cases.append([[rng.randrange(1, 50) for _ in range(n)], 55])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]


def scaling(n, rng, adverse):
    low = 20 if adverse else 1
    return [[rng.randrange(low, 100) for _ in range(n)], 100]

# %% bug searches_for_lightest category=algorithm
def boats_needed(weights, limit):
    people = sorted(weights)
    boats = 0
    while people:
        heavy = people.pop()
        if heavy > limit:
            raise ValueError("too heavy for a boat")
        if people:
            light = min(people)
            if light + heavy <= limit:
                people.remove(light)
        boats += 1
    return boats

# %% bug last_one_forgotten category=logic
def boats_needed(weights, limit):
    people = sorted(weights)
    light = 0
    heavy = len(people) - 1
    if people and people[heavy] > limit:
        raise ValueError("too heavy for a boat")
    boats = 0
    while light < heavy:
        if people[light] + people[heavy] <= limit:
            light += 1
        heavy -= 1
        boats += 1
    return boats

# %% bug pairs_neighbours category=logic
def boats_needed(weights, limit):
    people = sorted(weights)
    if people and people[-1] > limit:
        raise ValueError("too heavy for a boat")
    boats = 0
    i = 0
    while i < len(people):
        if i + 1 < len(people) and people[i] + people[i + 1] <= limit:
            i += 1
        i += 1
        boats += 1
    return boats
