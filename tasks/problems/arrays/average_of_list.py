"""Average score.

Return the arithmetic mean of a list of numbers. Entries that are None mean
"no reading" and are skipped: they count neither towards the total nor towards
the number of readings. With nothing left to average, return None. The result
is not rounded, so the mean of 1 and 2 is 1.5.
"""

# %% meta
entry_points = ["average"]
categories = ["syntax", "logic"]
comparator = "float"
allowed_imports = []

# %% reference
def average(values):
    total = 0
    count = 0
    for value in values:
        if value is None:
            continue
        total += value
        count += 1
    if count == 0:
        return None
    return total / count

# %% cases
def visible():
    return [[[2, 4, 6]], [[1, None, 2]], [[]]]

def hidden(rng):
    cases = [
        [[7]],
        [[0]],
        [[0, 0, 0]],
        [[None]],
        [[None, None, None]],
        [[None, 5]],
        [[5, None]],
        [[1, 2]],
        [[-3, 3]],
        [[-1, -2, -4]],
        [[0, None, 0, 9]],
        [[1.5, 2.25, 3.0]],
        [[10**12, 10**12 + 2]],
    ]
    for length in (4, 9, 25):
        cases.append([[rng.randrange(-50, 50) for _ in range(length)]])
    cases.append([[rng.choice([None, rng.randrange(100)]) for _ in range(20)]])
    return cases

# %% bug missing_colons category=syntax
def average(values):
    total = 0
    count = 0
    for value in values
        if value is None:
            continue
        total += value
        count += 1
    if count == 0
        return None
    return total / count

# %% bug assignment_in_condition category=syntax
def average(values):
    total = 0
    count = 0
    for value in values:
        if value is None:
            continue
        total += value
        count += 1
    if count = 0:
        return None
    return total / count

# %% bug divides_by_list_length category=logic
def average(values):
    total = 0
    count = 0
    for value in values:
        if value is None:
            continue
        total += value
        count += 1
    if count == 0:
        return None
    return total / len(values)
