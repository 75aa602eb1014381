"""Return the x in range(modulus) with number * x % modulus == 1.

The number may be negative or larger than the modulus. Raise ValueError if there
is no such x, and for a modulus below 2.
"""

# %% meta
entry_points = ["modular_inverse"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def modular_inverse(number, modulus):
    if modulus < 2:
        raise ValueError("modulus must be at least 2")
    rest, next_rest = number % modulus, modulus
    factor, next_factor = 1, 0
    while next_rest:
        quotient = rest // next_rest
        rest, next_rest = next_rest, rest - quotient * next_rest
        factor, next_factor = next_factor, factor - quotient * next_factor
    if rest != 1:
        raise ValueError("no inverse")
    return factor % modulus

# %% cases
def visible():
    return [
        [3, 7],
        [-3, 7],
        {"call": "modular_inverse", "args": [4, 6], "raises": "ValueError"},
    ]


def hidden(rng):
    def bad(number, modulus):
        return {"call": "modular_inverse", "args": [number, modulus], "raises": "ValueError"}

    cases = [
        [1, 2],
        [1, 9],
        [8, 9],
        [10, 9],
        [-1, 5],
        [17, 3120],
        [7, 26],
        [3, 11],
        [123456789, 10**9 + 7],
        [-123456789, 10**9 + 7],
        [10**20 + 1, 97],
        [65537, 2**32],
        [5, 12],
        bad(0, 5),
        bad(5, 5),
        bad(6, 9),
        bad(2, 4),
        bad(3, 1),
        bad(1, 0),
        bad(3, -7),
        bad(0, 2),
    ]
    for _ in range(4):
        cases.append([rng.randrange(1, 10**6), 1000003])
    return cases

# %% bug negative_result category=logic
def modular_inverse(number, modulus):
    if modulus < 2:
        raise ValueError("modulus must be at least 2")
    rest, next_rest = number % modulus, modulus
    factor, next_factor = 1, 0
    while next_rest:
        quotient = rest // next_rest
        rest, next_rest = next_rest, rest - quotient * next_rest
        factor, next_factor = next_factor, factor - quotient * next_factor
    if rest != 1:
        raise ValueError("no inverse")
    return factor

# %% bug float_quotient category=type
def modular_inverse(number, modulus):
    if modulus < 2:
        raise ValueError("modulus must be at least 2")
    rest, next_rest = number % modulus, modulus
    factor, next_factor = 1, 0
    while next_rest:
        quotient = rest / next_rest
        rest, next_rest = next_rest, rest - quotient * next_rest
        factor, next_factor = next_factor, factor - quotient * next_factor
    if rest != 1:
        raise ValueError("no inverse")
    return factor % modulus

# %% bug fermat_for_everything category=logic
def modular_inverse(number, modulus):
    if modulus < 2:
        raise ValueError("modulus must be at least 2")
    if number % modulus == 0:
        raise ValueError("no inverse")
    return pow(number, modulus - 2, modulus)

# %% bug missing_bracket category=syntax
def modular_inverse(number, modulus):
    if modulus < 2:
        raise ValueError("modulus must be at least 2"
    rest, next_rest = number % modulus, modulus
    factor, next_factor = 1, 0
    while next_rest:
        quotient = rest // next_rest
        rest, next_rest = next_rest, rest - quotient * next_rest
        factor, next_factor = next_factor, factor - quotient * next_factor
    if rest != 1:
        raise ValueError("no inverse")
    return factor % modulus
