"""People on duty.

A roster lists assignments as (first, last, people): that many people work from
day `first` to day `last`, both included. Return a list with the number of people
on duty on each of `days` days, counted from day 0. The part of an assignment
that lies outside of these days is ignored. `first` after `last`, or a negative
number of days, raises ValueError, also when the assignment lies outside. Rosters
have thousands of long assignments: do not walk through the days of each of them.
"""

# %% meta
entry_points = ["staff_levels"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def staff_levels(days, roster):
    """Return how many people are on duty on each day."""
    if days < 0:
        raise ValueError("negative number of days")
    changes = [0] * (days + 1)
    for first, last, people in roster:
        if first > last:
            raise ValueError("assignment ends before it starts")
        if last < 0 or first >= days:
            continue
        changes[max(first, 0)] += people
        changes[min(last + 1, days)] -= people
    levels = []
    on_duty = 0
    for change in changes[:days]:
        on_duty += change
        levels.append(on_duty)
    return levels

# %% cases
def visible():
    return [[5, [(0, 2, 1), (2, 4, 3)]], [3, []], [0, []]]

def hidden(rng):
    cases = [
        [1, []],
        [1, [(0, 0, 4)]],
        [0, [(0, 0, 4)]],
        [4, [(0, 3, 2)]],
        [4, [(3, 3, 2)]],
        [4, [(4, 4, 2)]],
        [4, [(4, 9, 2), (1, 1, 1)]],
        [4, [(-3, -1, 2), (2, 2, 1)]],
        [4, [(-3, 0, 2)]],
        [4, [(-3, 20, 2)]],
        [4, [(2, 20, 1), (-20, 2, 5)]],
        [4, [(2, 1, 1)]],
        [4, [(9, 8, 1)]],
        [4, [(-5, -6, 1)]],
        [-1, []],
        [6, [(1, 2, 1), (1, 2, 1), (3, 4, 5)]],
        [6, [(0, 5, 0), (2, 3, 7)]],
        [5, [(0, 1, 2), (1, 2, 2), (2, 3, 2), (3, 4, 2)]],
    ]
    for days, length in ((7, 5), (12, 10), (20, 20)):
        roster = []
        for _ in range(length):
            first = rng.randrange(-4, days + 2)
            roster.append((first, first + rng.randrange(8), rng.randrange(1, 6)))
        cases.append([days, roster])
    return cases

# %% scaling
sizes = [1500, 3000, 6000, 12000]
def scaling(n, rng, adverse):
    if adverse:
        return [n, [(0, n - 1, 1)] * n]
    roster = []
    for _ in range(n):
        roster.append((rng.randrange(n // 4), rng.randrange(n // 2, n), rng.randrange(1, 9)))
    return [n, roster]

# %% bug walks_through_days category=algorithm
def staff_levels(days, roster):
    """Return how many people are on duty on each day."""
    if days < 0:
        raise ValueError("negative number of days")
    levels = [0] * days
    for first, last, people in roster:
        if first > last:
            raise ValueError("assignment ends before it starts")
        for day in range(max(first, 0), min(last + 1, days)):
            levels[day] += people
    return levels

# %% bug last_day_off category=logic
def staff_levels(days, roster):
    """Return how many people are on duty on each day."""
    if days < 0:
        raise ValueError("negative number of days")
    changes = [0] * (days + 1)
    for first, last, people in roster:
        if first > last:
            raise ValueError("assignment ends before it starts")
        if last < 0 or first >= days:
            continue
        changes[max(first, 0)] += people
        changes[min(last, days)] -= people
    levels = []
    on_duty = 0
    for change in changes[:days]:
        on_duty += change
        levels.append(on_duty)
    return levels

# %% bug early_start_wraps_around category=logic
def staff_levels(days, roster):
    """Return how many people are on duty on each day."""
    if days < 0:
        raise ValueError("negative number of days")
    changes = [0] * (days + 1)
    for first, last, people in roster:
        if first > last:
            raise ValueError("assignment ends before it starts")
        if last < 0 or first >= days:
            continue
        changes[first] += people
        changes[min(last + 1, days)] -= people
    levels = []
    on_duty = 0
    for change in changes[:days]:
        on_duty += change
        levels.append(on_duty)
    return levels
