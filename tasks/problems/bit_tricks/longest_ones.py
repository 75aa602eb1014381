"""Measure the longest run of 1 bits in a number if one 0 bit may be set to 1.

The number is not negative, and bits above its highest 1 are zeros that may be
set, too. Example: 0b1011 gives 4; 0 gives 1.
"""

# %% meta
entry_points = ["longest_ones"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def longest_ones(number):
    current = 0
    before_zero = 0
    longest = 1
    while number:
        if number & 1:
            current += 1
        else:
            before_zero = current
            current = 0
        longest = max(longest, before_zero + current + 1)
        number >>= 1
    return longest

# %% cases
def visible():
    return [[0b1011], [0], [0b1000]]


def hidden(rng):
    cases = [
        [0],
        [1],
        [2],
        [3],
        [4],
        [5],
        [0b1001],
        [0b1110111],
        [0b11011101111],
        [0b11001100111],
        [0b1111],
        [0b11110000],
        [0b1010101],
        [0b1101100011110],
        [2**31],
        [2**32 - 1],
        [2**40 - 2**20 - 1],
        [2**64 + 2**63 + 2**61],
    ]
    for bits in (8, 12, 16, 24, 32):
        cases.append([rng.getrandbits(bits)])
    return cases

# %% bug run_not_reset category=logic
def longest_ones(number):
    current = 0
    before_zero = 0
    longest = 1
    while number:
        if number & 1:
            current += 1
        else:
            before_zero += current
            current = 0
        longest = max(longest, before_zero + current + 1)
        number >>= 1
    return longest

# %% bug compares_text_with_int category=type
def longest_ones(number):
    current = 0
    before_zero = 0
    longest = 1
    for bit in bin(number)[2:]:
        if bit == 1:
            current += 1
        else:
            before_zero = current
            current = 0
        longest = max(longest, before_zero + current + 1)
    return longest

# %% bug stops_after_32_bits category=logic
def longest_ones(number):
    current = 0
    before_zero = 0
    longest = 1
    for position in range(32):
        if number & (1 << position):
            current += 1
        else:
            before_zero = current
            current = 0
        longest = max(longest, before_zero + current + 1)
    return longest
