"""Find the first moment at which several repeating signals light up together.

Each signal is a pair (period, offset): it lights at every time t >= 0 with
t % period == offset % period. Periods are positive and need not be coprime.
Return the smallest such t, 0 for no signals, or -1 if they never meet. Periods
can be huge, so the answer has to be computed, not searched step by step.
"""

# %% meta
entry_points = ["next_alignment"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = ["math"]

# %% reference
from math import gcd


def combine(first, second):
    """Signal that lights whenever both do, or None."""
    period_a, offset_a = first
    period_b, offset_b = second
    shared = gcd(period_a, period_b)
    difference = offset_b - offset_a
    if difference % shared != 0:
        return None
    step_b = period_b // shared
    inverse = pow(period_a // shared, -1, step_b)
    turns = difference // shared * inverse % step_b
    together = period_a * step_b
    return (together, (offset_a + turns * period_a) % together)


def next_alignment(signals):
    current = (1, 0)
    for period, offset in signals:
        current = combine(current, (period, offset % period))
        if current is None:
            return -1
    return current[1]

# %% cases
def visible():
    return [[[(3, 2), (5, 3), (7, 2)]], [[(4, 1), (6, 2)]], [[]]]


def hidden(rng):
    cases = [
        [[(1, 0)]],
        [[(5, 3)]],
        [[(5, 8)]],
        [[(5, -2)]],
        [[(4, 1), (6, 3)]],
        [[(4, 3), (6, 5)]],
        [[(6, 5), (4, 3)]],
        [[(12, 7), (18, 13), (8, 3)]],
        [[(12, 7), (18, 13), (8, 4)]],
        [[(10, 4), (10, 4)]],
        [[(10, 4), (10, 5)]],
        [[(10, 4), (5, 4), (2, 0)]],
        [[(2, 1), (3, 2), (4, 3), (5, 4), (6, 5)]],
        [[(1000003, 17), (998244353, 5), (7919, 7918)]],
        [[(9, 8), (1, 0), (4, -1)]],
        [[(6, -1), (10, -5), (15, 11)]],
        [[(7, 0), (11, 0)]],
        [[(4, 1), (6, 2), (5, 0)]],
        [[(3, 1), (3, 2), (3, 1)]],
    ]
    for _ in range(4):
        t = rng.randrange(500)
        periods = [rng.randrange(2, 30) for _ in range(3)]
        cases.append([[(period, t % period) for period in periods]])
    return cases

# %% bug assumes_coprime category=logic
def next_alignment(signals):
    period_so_far, time = 1, 0
    for period, offset in signals:
        tries = 0
        while time % period != offset % period:
            time += period_so_far
            tries += 1
            if tries > period:
                return -1
        period_so_far *= period
    return time % period_so_far

# %% bug float_division category=type
from math import gcd


def combine(first, second):
    """Signal that lights whenever both do, or None."""
    period_a, offset_a = first
    period_b, offset_b = second
    shared = gcd(period_a, period_b)
    difference = offset_b - offset_a
    if difference % shared != 0:
        return None
    step_b = period_b // shared
    inverse = pow(period_a // shared, -1, step_b)
    turns = difference / shared * inverse % step_b
    together = period_a * step_b
    return (together, (offset_a + turns * period_a) % together)


def next_alignment(signals):
    current = (1, 0)
    for period, offset in signals:
        current = combine(current, (period, offset % period))
        if current is None:
            return -1
    return current[1]

# %% bug unpacks_none category=type
from math import gcd


def combine(first, second):
    """Signal that lights whenever both do, or None."""
    period_a, offset_a = first
    period_b, offset_b = second
    shared = gcd(period_a, period_b)
    difference = offset_b - offset_a
    if difference % shared != 0:
        return None
    step_b = period_b // shared
    inverse = pow(period_a // shared, -1, step_b)
    turns = difference // shared * inverse % step_b
    together = period_a * step_b
    return (together, (offset_a + turns * period_a) % together)


def next_alignment(signals):
    current = (1, 0)
    for period, offset in signals:
        current = combine(current, (period, offset % period))
    if current is None:
        return -1
    return current[1]
