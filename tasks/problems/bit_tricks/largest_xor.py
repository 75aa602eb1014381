"""Return the largest XOR of any two numbers in the list.

The numbers are not negative and below 2**32. A number may be paired with itself,
so a single number gives 0, and so does an empty list. Lists hold thousands of
numbers, so trying every pair is too slow.
"""

# %% meta
entry_points = ["largest_xor"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def largest_xor(numbers):
    best = 0
    for bit in range(31, -1, -1):
        prefixes = {number >> bit for number in numbers}
        wanted = (best << 1) | 1
        best <<= 1
        for prefix in prefixes:
            if prefix ^ wanted in prefixes:
                best = wanted
                break
    return best

# %% cases
def visible():
    return [[[3, 10, 5, 25, 2, 8]], [[4]], [[]]]


def hidden(rng):
    cases = [
        [[0]],
        [[0, 0]],
        [[0, 1]],
        [[1, 2]],
        [[7, 7, 7]],
        [[8, 1, 2, 12]],
        [[14, 70, 53, 83, 49, 91, 36, 80, 92, 51, 66, 70]],
        [[2**31, 0]],
        [[2**31, 2**31 - 1]],
        [[2**32 - 1, 2**31, 1]],
        [[5, 2**20, 2**20 + 5, 2**31 + 9]],
        [[1, 3, 5, 7, 9]],
        [[6, 4]],
    ]
    for bits in (4, 8, 16, 32):
        cases.append([[rng.getrandbits(bits) for _ in range(9)]])
    return cases

# %% scaling
sizes = [500, 1000, 2000, 4000]


def scaling(n, rng, adverse):
    high = 2**32 if adverse else 2**20
    return [[rng.randrange(high) for _ in range(n)]]

# %% bug tries_every_pair category=algorithm
def largest_xor(numbers):
    best = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] ^ numbers[j] > best:
                best = numbers[i] ^ numbers[j]
    return best

# %% bug skips_top_bit category=logic
def largest_xor(numbers):
    best = 0
    for bit in range(30, -1, -1):
        prefixes = {number >> bit for number in numbers}
        wanted = (best << 1) | 1
        best <<= 1
        for prefix in prefixes:
            if prefix ^ wanted in prefixes:
                best = wanted
                break
    return best

# %% bug partner_of_largest category=logic
def largest_xor(numbers):
    if not numbers:
        return 0
    largest = max(numbers)
    return max(largest ^ number for number in numbers)
