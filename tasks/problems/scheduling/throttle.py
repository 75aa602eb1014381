"""Decide which requests of one client a sliding-window limit lets through.

`times` holds the arrival times, never decreasing. A request is accepted when
fewer than `limit` requests were accepted in the `window` time units before
it; an accepted request exactly `window` ago no longer counts. Requests that
were turned away never count. Return one True or False per request. Bursts
reach many thousands of requests, so the work per request has to stay constant
on average.
"""

# %% meta
entry_points = ["throttle"]
categories = ["logic", "type", "algorithm"]
comparator = "exact"
allowed_imports = ["collections"]

# %% reference
from collections import deque


def throttle(times, limit, window):
    recent = deque()
    answers = []
    for now in times:
        while recent and now - recent[0] >= window:
            recent.popleft()
        allowed = len(recent) < limit
        if allowed:
            recent.append(now)
        answers.append(allowed)
    return answers

# %% cases
def visible():
    return [
        [[0, 1, 2, 3], 2, 10],
        [[0, 4, 10, 14], 1, 10],
        [[], 3, 10],
    ]


def hidden(rng):
    cases = [
        [[5], 1, 1],
        [[5], 0, 1],
        [[0, 0, 0, 0], 3, 5],
        [[0, 9], 1, 10],
        [[0, 10], 1, 10],
        [[0, 11], 1, 10],
        [[0, 5, 10, 15, 20], 1, 10],
        [[0, 1, 9, 10, 11, 12], 2, 10],
        [[0, 0, 10, 10, 10, 20], 2, 10],
        [[-5, -1, 0, 5], 1, 5],
        [[0, 100, 200], 1, 50],
        [[0.0, 0.5, 1.0, 1.5], 1, 1.0],
        [[1, 1, 1], 2, 0],
    ]
    for limit in (1, 2, 4):
        cases.append([sorted(rng.randrange(60) for _ in range(50)), limit, rng.randrange(5, 15)])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]


def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n)), n, n * 2]
    return [sorted(rng.randrange(n * 4) for _ in range(n)), n // 4, n * 2]

# %% bug refused_requests_count category=logic
from collections import deque


def throttle(times, limit, window):
    recent = deque()
    answers = []
    for now in times:
        while recent and now - recent[0] >= window:
            recent.popleft()
        answers.append(len(recent) < limit)
        recent.append(now)
    return answers

# %% bug edge_still_counts category=logic
from collections import deque


def throttle(times, limit, window):
    recent = deque()
    answers = []
    for now in times:
        while recent and now - recent[0] > window:
            recent.popleft()
        allowed = len(recent) < limit
        if allowed:
            recent.append(now)
        answers.append(allowed)
    return answers

# %% bug counts_whole_history category=algorithm
def throttle(times, limit, window):
    accepted = []
    answers = []
    for now in times:
        recent = [then for then in accepted if now - then < window]
        allowed = len(recent) < limit
        if allowed:
            accepted.append(now)
        answers.append(allowed)
    return answers
