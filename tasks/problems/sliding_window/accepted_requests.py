"""Rate limiter.

A server accepts at most `limit` requests of one client within any `seconds`
seconds. `times` holds the arrival times of the requests in ascending order.
A request at time t is accepted if fewer than `limit` requests were accepted
after t - seconds, up to now; one accepted exactly `seconds` ago does not count
any more. Refused requests do not count either. Return a list of booleans, one
for each request. A limit below 1 refuses everything, and seconds below 1 raise
ValueError. Windows can contain thousands of requests.
"""

# %% meta
entry_points = ["accepted_requests"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def accepted_requests(times, limit, seconds):
    """Return for every request whether the rate limit lets it pass."""
    if seconds < 1:
        raise ValueError("seconds must be positive")
    accepted = []
    oldest = 0
    answers = []
    for time in times:
        while oldest < len(accepted) and accepted[oldest] <= time - seconds:
            oldest += 1
        if len(accepted) - oldest < limit:
            accepted.append(time)
            answers.append(True)
        else:
            answers.append(False)
    return answers

# %% cases
def visible():
    return [
        [[1, 2, 3, 11], 2, 10],
        [[5, 5, 5], 1, 1],
        [[], 3, 60],
    ]

def hidden(rng):
    cases = [
        [[], 1, 0],
        [[1], 1, 0],
        [[1], 1, -5],
        [[1, 2], 0, 5],
        [[1, 2], -1, 5],
        [[7], 1, 1],
        [[0, 1, 2, 3], 1, 1],
        [[0, 1, 2, 3, 4, 5], 1, 2],
        [[0, 4, 5, 6, 9, 10, 11], 1, 5],
        [[0, 0, 0, 0, 10, 10, 10], 2, 10],
        [[1, 1, 9, 10, 11, 11, 11], 2, 10],
        [[3, 4, 5, 6, 7, 8, 9], 3, 4],
        [[-10, -5, 0, 5], 1, 6],
        [[1, 100, 101, 102, 200], 2, 50],
        [[2, 3, 3, 3, 4, 12, 13, 13], 3, 10],
    ]
    for length, limit, seconds in ((12, 2, 4), (20, 3, 7), (30, 5, 10), (30, 1, 3)):
        times = sorted(rng.randrange(40) for _ in range(length))
        cases.append([times, limit, seconds])
    return cases

# %% scaling
sizes = [2500, 5000, 10000, 20000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n)), n, n]
    return [sorted(rng.randrange(n) for _ in range(n)), n // 2, n // 2]

# %% bug recounts_all_accepted category=algorithm
def accepted_requests(times, limit, seconds):
    """Return for every request whether the rate limit lets it pass."""
    if seconds < 1:
        raise ValueError("seconds must be positive")
    accepted = []
    answers = []
    for time in times:
        recent = [past for past in accepted if past > time - seconds]
        if len(recent) < limit:
            accepted.append(time)
            answers.append(True)
        else:
            answers.append(False)
    return answers

# %% bug refused_requests_count category=logic
def accepted_requests(times, limit, seconds):
    """Return for every request whether the rate limit lets it pass."""
    if seconds < 1:
        raise ValueError("seconds must be positive")
    accepted = []
    oldest = 0
    answers = []
    for time in times:
        while oldest < len(accepted) and accepted[oldest] <= time - seconds:
            oldest += 1
        if len(accepted) - oldest < limit:
            accepted.append(time)
            answers.append(True)
        else:
            accepted.append(time)
            answers.append(False)
    return answers

# %% bug window_edge_included category=logic
def accepted_requests(times, limit, seconds):
    """Return for every request whether the rate limit lets it pass."""
    if seconds < 1:
        raise ValueError("seconds must be positive")
    accepted = []
    oldest = 0
    answers = []
    for time in times:
        while oldest < len(accepted) and accepted[oldest] < time - seconds:
            oldest += 1
        if len(accepted) - oldest < limit:
            accepted.append(time)
            answers.append(True)
        else:
            answers.append(False)
    return answers
