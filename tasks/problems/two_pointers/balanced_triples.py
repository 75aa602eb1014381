"""Bookings that cancel out.

Find all combinations of three bookings, at three different positions of the
list, whose amounts add up to zero. Every combination of amounts is reported
once, however often it occurs, as a list in ascending order; the combinations
themselves are sorted ascending too. With fewer than three bookings there is
nothing to report. The list may have some hundred entries; trying all triples
takes too long then.
"""

# %% meta
entry_points = ["zero_triples"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def zero_triples(amounts):
    """Return the distinct ascending triples of amounts that sum to zero."""
    ordered = sorted(amounts)
    triples = []
    for i in range(len(ordered) - 2):
        smallest = ordered[i]
        if smallest > 0:
            break
        if i > 0 and smallest == ordered[i - 1]:
            continue
        low = i + 1
        high = len(ordered) - 1
        while low < high:
            total = smallest + ordered[low] + ordered[high]
            if total < 0:
                low += 1
            elif total > 0:
                high -= 1
            else:
                triples.append([smallest, ordered[low], ordered[high]])
                low += 1
                while low < high and ordered[low] == ordered[low - 1]:
                    low += 1
    return triples

# %% cases
def visible():
    return [[[-1, 0, 1, 2, -1, -4]], [[0, 0, 0, 0]], [[1, 2, -2]]]

def hidden(rng):
    cases = [
        [[]],
        [[0, 0]],
        [[0, 0, 0]],
        [[1, -1]],
        [[1, -1, 0]],
        [[1, 2, 3]],
        [[-1, -2, -3]],
        [[-2, 1, 1]],
        [[-2, 1]],
        [[2, -1, -1]],
        [[-2, 0, 2, 0, -2, 2]],
        [[-3, 1, 2, 1, 2, -3]],
        [[-4, 2, 2, 2, 2]],
        [[-4, -4, 8, 8]],
        [[5, -5, 0, 3, -3]],
        [[-6, 1, 5, 2, 4, 3, 3]],
        [[0, 0, 0, 1, -1, 1, -1]],
    ]
    for length in (6, 10, 15, 20):
        cases.append([[rng.randrange(-7, 8) for _ in range(length)]])
    return cases

# %% scaling
sizes = [60, 120, 200, 300]
def scaling(n, rng, adverse):
    if adverse:
        return [[3 * i - (3 * n // 2) + 1 for i in range(n)]]
    return [rng.sample(range(-50 * n, 50 * n), n)]

# %% bug three_nested_loops category=algorithm
def zero_triples(amounts):
    """Return the distinct ascending triples of amounts that sum to zero."""
    ordered = sorted(amounts)
    triples = []
    for i in range(len(ordered)):
        for j in range(i + 1, len(ordered)):
            for k in range(j + 1, len(ordered)):
                if ordered[i] + ordered[j] + ordered[k] == 0:
                    triple = [ordered[i], ordered[j], ordered[k]]
                    if triple not in triples:
                        triples.append(triple)
    return sorted(triples)

# %% bug repeats_combinations category=logic
def zero_triples(amounts):
    """Return the distinct ascending triples of amounts that sum to zero."""
    ordered = sorted(amounts)
    triples = []
    for i in range(len(ordered) - 2):
        smallest = ordered[i]
        if smallest > 0:
            break
        if i > 0 and smallest == ordered[i - 1]:
            continue
        low = i + 1
        high = len(ordered) - 1
        while low < high:
            total = smallest + ordered[low] + ordered[high]
            if total < 0:
                low += 1
            elif total > 0:
                high -= 1
            else:
                triples.append([smallest, ordered[low], ordered[high]])
                low += 1
    return triples

# %% bug skip_looks_ahead category=logic
def zero_triples(amounts):
    """Return the distinct ascending triples of amounts that sum to zero."""
    ordered = sorted(amounts)
    triples = []
    for i in range(len(ordered) - 2):
        smallest = ordered[i]
        if smallest > 0:
            break
        if smallest == ordered[i + 1]:
            continue
        low = i + 1
        high = len(ordered) - 1
        while low < high:
            total = smallest + ordered[low] + ordered[high]
            if total < 0:
                low += 1
            elif total > 0:
                high -= 1
            else:
                triples.append([smallest, ordered[low], ordered[high]])
                low += 1
                while low < high and ordered[low] == ordered[low - 1]:
                    low += 1
    return triples
