"""Comparing version numbers.

Compare two dotted version numbers such as "1.10.2" part by part, as numbers:
return -1 when the first is older, 1 when it is newer and 0 when they are the
same release. Missing parts count as 0, so "1.2" equals "1.2.0", and leading
zeros do not matter. A leading "v" is allowed. Anything else that is no sequence
of digits between dots raises ValueError.
"""

# %% meta
entry_points = ["compare_versions"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def parse_version(text):
    if text.startswith("v"):
        text = text[1:]
    numbers = []
    for part in text.split("."):
        if not (part.isascii() and part.isdigit()):
            raise ValueError("bad version part: " + repr(part))
        numbers.append(int(part))
    return numbers


def compare_versions(first, second):
    left = parse_version(first)
    right = parse_version(second)
    length = max(len(left), len(right))
    left += [0] * (length - len(left))
    right += [0] * (length - len(right))
    if left < right:
        return -1
    if left > right:
        return 1
    return 0

# %% cases
def visible():
    return [["1.2.9", "1.2.10"], ["2.0", "1.9.9"], ["v1.2", "1.2.0"]]

def hidden(rng):
    cases = [
        ["1", "2"],
        ["10", "9"],
        ["9", "10"],
        ["1.0.0", "1"],
        ["1", "1.0.0"],
        ["1.0.1", "1"],
        ["1", "1.0.1"],
        ["1.01", "1.1"],
        ["v2.0.0", "v10.0.0"],
        ["0.0", "0"],
        ["1.2.3.4.5", "1.2.3.4.6"],
        ["3.2", "3.1.99"],
        ["vv1", "1"],
        ["1..2", "1.2"],
        ["", "1"],
        ["1.2b", "1.2"],
        ["1.2", "1.-2"],
        ["1.2", "1.2."],
        ["1. 2", "1.2"],
        ["1", "\u00b2"],
        ["1.\u0663", "1.3"],
    ]
    for _ in range(4):
        pair = []
        for _ in range(2):
            pair.append(".".join(str(rng.randrange(0, 13)) for _ in range(rng.randrange(1, 4))))
        cases.append(pair)
    return cases

# %% bug compares_text_parts category=type
def parse_version(text):
    if text.startswith("v"):
        text = text[1:]
    numbers = []
    for part in text.split("."):
        if not (part.isascii() and part.isdigit()):
            raise ValueError("bad version part: " + repr(part))
        numbers.append(part)
    return numbers


def compare_versions(first, second):
    left = parse_version(first)
    right = parse_version(second)
    length = max(len(left), len(right))
    left += [0] * (length - len(left))
    right += [0] * (length - len(right))
    if left < right:
        return -1
    if left > right:
        return 1
    return 0

# %% bug no_padding category=logic
def parse_version(text):
    if text.startswith("v"):
        text = text[1:]
    numbers = []
    for part in text.split("."):
        if not (part.isascii() and part.isdigit()):
            raise ValueError("bad version part: " + repr(part))
        numbers.append(int(part))
    return numbers


def compare_versions(first, second):
    left = parse_version(first)
    right = parse_version(second)
    if left < right:
        return -1
    if left > right:
        return 1
    return 0

# %% bug strips_every_v category=logic
def parse_version(text):
    text = text.strip("v")
    numbers = []
    for part in text.split("."):
        if not (part.isascii() and part.isdigit()):
            raise ValueError("bad version part: " + repr(part))
        numbers.append(int(part))
    return numbers


def compare_versions(first, second):
    left = parse_version(first)
    right = parse_version(second)
    length = max(len(left), len(right))
    left += [0] * (length - len(left))
    right += [0] * (length - len(right))
    if left < right:
        return -1
    if left > right:
        return 1
    return 0
