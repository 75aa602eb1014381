"""Expand a compressed text in which a number repeats what follows it.

`3ab2c` becomes `aaabcc`: a number (ASCII digits) applies to the one character
after it, and a character without a number stands once. The text comes from
the network, so the result may have at most `limit` characters; a longer one
raises ValueError before it is built up. A number without a character after it
raises ValueError, too. 0 is allowed and makes its character vanish.
"""

# %% meta
entry_points = ["expand"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def expand(text, limit=1000):
    out = ""
    digits = ""
    for char in text:
        if char in "0123456789":
            digits += char
            continue
        count = int(digits or 1)
        if count > limit - len(out):
            raise ValueError("the result is too long")
        out += char * count
        digits = ""
    if digits:
        raise ValueError("a number without a character")
    return out

# %% cases
def visible():
    return [["3ab2c"], ["12x", 12], {"args": ["13x", 12], "raises": "ValueError"}]


def hidden(rng):
    cases = [
        [""],
        ["", 0],
        ["abc"],
        ["abc", 3],
        ["0a"],
        ["0ab0c", 1],
        ["1000z"],
        ["999zz"],
        ["4 2\n"],
        ["007x"],
        ["2a3b", 5],
        ["10a1b", 11],
        ["5a0b", 5],
        ["2\u0663", 5],
        {"args": ["1001z"], "raises": "ValueError"},
        {"args": ["1000zz"], "raises": "ValueError"},
        {"args": ["abcd", 3], "raises": "ValueError"},
        {"args": ["a", 0], "raises": "ValueError"},
        {"args": ["3a3b", 5], "raises": "ValueError"},
        {"args": ["5a1b", 5], "raises": "ValueError"},
        {"args": ["400a400b400c"], "raises": "ValueError"},
        {"args": ["2000000x"], "raises": "ValueError"},
        {"args": ["999999999999999999999x"], "raises": "ValueError"},
        {"args": ["12"], "raises": "ValueError"},
        {"args": ["a0"], "raises": "ValueError"},
        {"args": ["ab7"], "raises": "ValueError"},
    ]
    for digit in "123456789":
        cases.append(["a" + digit + "0b"])
    for _ in range(3):
        cases.append(["".join(str(rng.randrange(20)) + rng.choice("xyz") for _ in range(8))])
    return cases

# %% bug no_limit category=security cwe=CWE-770
def expand(text, limit=1000):
    out = ""
    digits = ""
    for char in text:
        if char in "0123456789":
            digits += char
            continue
        out += char * int(digits or 1)
        digits = ""
    if digits:
        raise ValueError("a number without a character")
    return out

# %% bug limit_per_run category=security cwe=CWE-770
def expand(text, limit=1000):
    out = ""
    digits = ""
    for char in text:
        if char in "0123456789":
            digits += char
            continue
        count = int(digits or 1)
        if count > limit:
            raise ValueError("the result is too long")
        out += char * count
        digits = ""
    if digits:
        raise ValueError("a number without a character")
    return out
