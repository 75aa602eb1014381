"""Merging two logs.

Merge two lists of log entries into one. An entry is a pair (time, message),
and either list is ordered by time already. The result is ordered by time as
well; at equal times the entries of the first list come before those of the
second, and entries of one list keep their order. The given lists stay as they
are. Messages must not influence the order.
"""

# %% meta
entry_points = ["merge_logs"]
categories = ["logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def merge_logs(first, second):
    merged = []
    i = 0
    j = 0
    while i < len(first) and j < len(second):
        if first[i][0] <= second[j][0]:
            merged.append(first[i])
            i += 1
        else:
            merged.append(second[j])
            j += 1
    merged.extend(first[i:])
    merged.extend(second[j:])
    return merged

# %% cases
def visible():
    return [
        [[(1, "start"), (5, "stop")], [(3, "ping")]],
        [[], [(2, "only")]],
        [[(4, "z")], [(4, "a")]],
    ]

def log(rng, name, length):
    times = sorted(rng.randrange(12) for _ in range(length))
    return [(time, rng.choice("abcxyz") + name + str(k)) for k, time in enumerate(times)]

def hidden(rng):
    cases = [
        [[], []],
        [[(1, "a")], []],
        [[(1, "a"), (2, "b"), (3, "c")], []],
        [[], [(1, "a"), (1, "b")]],
        [[(1, "a"), (2, "b")], [(3, "c"), (4, "d")]],
        [[(3, "c"), (4, "d")], [(1, "a"), (2, "b")]],
        [[(1, "a"), (3, "c")], [(2, "b"), (4, "d")]],
        [[(2, "z"), (2, "y")], [(2, "b"), (2, "a")]],
        [[(-5, "neg"), (0, "zero")], [(-5, "again"), (0, "more")]],
        [[(1, "same")], [(1, "same")]],
        [[(9, "last")], [(1, "a"), (2, "b"), (9, "c"), (10, "d")]],
        [[(1, "b"), (1, "a"), (7, "x")], [(1, "c")]],
    ]
    for left, right in ((3, 3), (6, 4), (4, 9), (10, 10)):
        cases.append([log(rng, "L", left), log(rng, "R", right)])
    return cases

# %% bug rest_of_second_lost category=logic
def merge_logs(first, second):
    merged = []
    i = 0
    j = 0
    while i < len(first) and j < len(second):
        if first[i][0] <= second[j][0]:
            merged.append(first[i])
            i += 1
        else:
            merged.append(second[j])
            j += 1
    merged.extend(first[i:])
    return merged

# %% bug compares_messages_too category=logic
def merge_logs(first, second):
    merged = []
    i = 0
    j = 0
    while i < len(first) and j < len(second):
        if first[i] <= second[j]:
            merged.append(first[i])
            i += 1
        else:
            merged.append(second[j])
            j += 1
    merged.extend(first[i:])
    merged.extend(second[j:])
    return merged

# %% bug second_wins_ties category=logic
def merge_logs(first, second):
    merged = []
    i = 0
    j = 0
    while i < len(first) and j < len(second):
        if first[i][0] < second[j][0]:
            merged.append(first[i])
            i += 1
        else:
            merged.append(second[j])
            j += 1
    merged.extend(first[i:])
    merged.extend(second[j:])
    return merged
