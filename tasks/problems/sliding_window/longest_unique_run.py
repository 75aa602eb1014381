"""Longest run without repetition.

Return the length of the longest run of consecutive letters of a text in which
no letter occurs twice; an empty text gives 0. Every character counts as a
letter, and "a" and "A" differ. The same works for a list of values (numbers or
texts). The input may be long and have few repetitions: walk over it once.
"""

# %% meta
entry_points = ["longest_unique"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def longest_unique(items):
    last_seen = {}
    start = 0
    longest = 0
    for i, item in enumerate(items):
        if item in last_seen and last_seen[item] >= start:
            start = last_seen[item] + 1
        last_seen[item] = i
        longest = max(longest, i - start + 1)
    return longest

# %% cases
def visible():
    return [["abcabcbb"], ["bbbb"], [[1, 2, 3, 2, 5]]]

def hidden(rng):
    cases = [
        [""],
        ["a"],
        [" "],
        ["ab"],
        ["aa"],
        ["abba"],
        ["tmmzuxt"],
        ["aAaA"],
        ["abcdef"],
        ["aabcdef"],
        ["abcdeff"],
        ["pwwkew"],
        ["abcadbeafg"],
        [[]],
        [[7, 7]],
        [["x", "y", "x"]],
        [[0, 1, 0, 2, 0, 3]],
    ]
    for length in (10, 20, 40):
        cases.append(["".join(rng.choice("abcdefgh") for _ in range(length))])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n))]
    values = list(range(n))
    rng.shuffle(values)
    values[n // 2] = values[0]
    return [values]

# %% bug restarts_from_every_position category=algorithm
def longest_unique(items):
    longest = 0
    for start in range(len(items)):
        seen = set()
        for item in items[start:]:
            if item in seen:
                break
            seen.add(item)
        longest = max(longest, len(seen))
    return longest

# %% bug start_moves_backwards category=logic
def longest_unique(items):
    last_seen = {}
    start = 0
    longest = 0
    for i, item in enumerate(items):
        if item in last_seen:
            start = last_seen[item] + 1
        last_seen[item] = i
        longest = max(longest, i - start + 1)
    return longest

# %% bug length_one_short category=logic
def longest_unique(items):
    last_seen = {}
    start = 0
    longest = 0
    for i, item in enumerate(items):
        if item in last_seen and last_seen[item] >= start:
            start = last_seen[item] + 1
        last_seen[item] = i
        longest = max(longest, i - start)
    return longest
