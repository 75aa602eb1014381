"""How unsorted is a list?

Count the inversions of a list: the pairs of positions i < j with a larger value
at i than at j. Equal values form no inversion, a sorted list has none, and a
list of n different values in descending order has n * (n - 1) / 2. The list
stays as it is. It may hold thousands of values, so count while merge sorting
instead of comparing all pairs.
"""

# %% meta
entry_points = ["count_inversions"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def sort_and_count(values):
    """Return the sorted values and the number of inversions in them."""
    if len(values) < 2:
        return list(values), 0
    middle = len(values) // 2
    left, count_left = sort_and_count(values[:middle])
    right, count_right = sort_and_count(values[middle:])
    inversions = count_left + count_right
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
            inversions += len(left) - i
    merged += left[i:]
    merged += right[j:]
    return merged, inversions


def count_inversions(values):
    return sort_and_count(values)[1]

# %% cases
def visible():
    return [[[2, 4, 1, 3, 5]], [[3, 2, 1]], [[]]]

def hidden(rng):
    cases = [
        [[1]],
        [[1, 2]],
        [[2, 1]],
        [[1, 1]],
        [[1, 2, 3, 4]],
        [[5, 4, 3, 2, 1]],
        [[2, 2, 1, 1]],
        [[1, 2, 1, 2]],
        [[3, 1, 2]],
        [[2, 3, 1]],
        [[-1, -2, 0, -3]],
        [[5, 1, 1, 1, 5]],
        [[7, 7, 7, 7, 7]],
        [["b", "a", "c"]],
    ]
    for length in (6, 9, 16, 30):
        cases.append([[rng.randrange(12) for _ in range(length)]])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 4000]
def scaling(n, rng, adverse):
    if adverse:
        return [list(range(n, 0, -1))]
    return [[rng.randrange(n) for _ in range(n)]]

# %% bug compares_all_pairs category=algorithm
def count_inversions(values):
    inversions = 0
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] > values[j]:
                inversions += 1
    return inversions

# %% bug counts_equal_values category=logic
def sort_and_count(values):
    """Return the sorted values and the number of inversions in them."""
    if len(values) < 2:
        return list(values), 0
    middle = len(values) // 2
    left, count_left = sort_and_count(values[:middle])
    right, count_right = sort_and_count(values[middle:])
    inversions = count_left + count_right
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] < right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
            inversions += len(left) - i
    merged += left[i:]
    merged += right[j:]
    return merged, inversions


def count_inversions(values):
    return sort_and_count(values)[1]

# %% bug counts_one_per_move category=logic
def sort_and_count(values):
    """Return the sorted values and the number of inversions in them."""
    if len(values) < 2:
        return list(values), 0
    middle = len(values) // 2
    left, count_left = sort_and_count(values[:middle])
    right, count_right = sort_and_count(values[middle:])
    inversions = count_left + count_right
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
            inversions += 1
    merged += left[i:]
    merged += right[j:]
    return merged, inversions


def count_inversions(values):
    return sort_and_count(values)[1]
