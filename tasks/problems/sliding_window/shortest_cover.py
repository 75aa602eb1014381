"""Shortest stretch that covers all tags.

Return the shortest run of consecutive entries of `entries` in which each of the
wanted tags occurs at least as often as it is listed in `wanted`, as a pair
(start, end) of indices with `end` excluded. Of equally short runs take the one
that starts first. If no run does, return None. Nothing wanted is covered by the
empty run (0, 0). The result is to be found in one pass with two moving ends.
"""

# %% meta
entry_points = ["shortest_cover"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def shortest_cover(entries, wanted):
    """Find the shortest window of entries that holds all wanted tags."""
    if not wanted:
        return (0, 0)
    needed = {}
    for tag in wanted:
        needed[tag] = needed.get(tag, 0) + 1
    missing = len(wanted)
    best = None
    start = 0
    for end, tag in enumerate(entries, 1):
        if tag not in needed:
            continue
        if needed[tag] > 0:
            missing -= 1
        needed[tag] -= 1
        while missing == 0:
            if best is None or end - start < best[1] - best[0]:
                best = (start, end)
            first = entries[start]
            start += 1
            if first in needed:
                needed[first] += 1
                if needed[first] > 0:
                    missing += 1
    return best

# %% cases
def visible():
    return [
        [["a", "x", "b", "a"], ["a", "b"]],
        [["a", "b"], ["a", "a"]],
        [["a", "b"], []],
    ]

def hidden(rng):
    cases = [
        [[], []],
        [[], ["a"]],
        [["a"], ["a"]],
        [["b"], ["a"]],
        [list("adobecodebanc"), list("abc")],
        [list("aab"), list("aab")],
        [list("aabba"), list("aab")],
        [list("abab"), list("ab")],
        [list("xxaxxbxx"), list("ba")],
        [list("aaaaab"), list("ab")],
        [list("baaaaa"), list("ab")],
        [list("abcxxacb"), list("abc")],
        [list("aaxbbxab"), list("aabb")],
        [list("aaaa"), list("aa")],
        [list("ccbacb"), list("cbc")],
        [["in", "out", "in", "in"], ["in", "in"]],
    ]
    for length in (12, 20, 30, 40):
        entries = [rng.choice("abcdxx") for _ in range(length)]
        cases.append([entries, [rng.choice("abcd") for _ in range(rng.randrange(2, 5))]])
    return cases

# %% scaling
sizes = [2000, 4000, 8000, 16000]
def scaling(n, rng, adverse):
    if adverse:
        return [["a"] * (n // 2) + ["x"] * (n // 2 - 1) + ["b"], ["a", "b"]]
    return [[rng.choice("aaax") for _ in range(n - 1)] + ["b"], ["a", "a", "b"]]

# %% bug rescans_from_every_start category=algorithm
def shortest_cover(entries, wanted):
    """Find the shortest window of entries that holds all wanted tags."""
    if not wanted:
        return (0, 0)
    best = None
    for start in range(len(entries)):
        open_tags = {}
        for tag in wanted:
            open_tags[tag] = open_tags.get(tag, 0) + 1
        missing = len(wanted)
        for end in range(start, len(entries)):
            tag = entries[end]
            if open_tags.get(tag, 0) > 0:
                open_tags[tag] -= 1
                missing -= 1
            if missing == 0:
                if best is None or end + 1 - start < best[1] - best[0]:
                    best = (start, end + 1)
                break
    return best

# %% bug ignores_how_often category=logic
def shortest_cover(entries, wanted):
    """Find the shortest window of entries that holds all wanted tags."""
    if not wanted:
        return (0, 0)
    needed = {}
    for tag in wanted:
        needed[tag] = 1
    missing = len(needed)
    best = None
    start = 0
    for end, tag in enumerate(entries, 1):
        if tag not in needed:
            continue
        if needed[tag] > 0:
            missing -= 1
        needed[tag] -= 1
        while missing == 0:
            if best is None or end - start < best[1] - best[0]:
                best = (start, end)
            first = entries[start]
            start += 1
            if first in needed:
                needed[first] += 1
                if needed[first] > 0:
                    missing += 1
    return best

# %% bug missing_counted_too_early category=logic
def shortest_cover(entries, wanted):
    """Find the shortest window of entries that holds all wanted tags."""
    if not wanted:
        return (0, 0)
    needed = {}
    for tag in wanted:
        needed[tag] = needed.get(tag, 0) + 1
    missing = len(wanted)
    best = None
    start = 0
    for end, tag in enumerate(entries, 1):
        if tag not in needed:
            continue
        if needed[tag] > 0:
            missing -= 1
        needed[tag] -= 1
        while missing == 0:
            if best is None or end - start < best[1] - best[0]:
                best = (start, end)
            first = entries[start]
            start += 1
            if first in needed:
                needed[first] += 1
                if needed[first] >= 0:
                    missing += 1
    return best
