"""Sorting file names the way people do.

Return the file names in natural order: digits inside a name count as a whole
number, so "page2" comes before "page10"; the rest is compared without regard
to case. Where text and number meet at the same place, the number comes first,
and a name that ends earlier comes before a longer one with the same beginning.
Names that are equal in this sense keep the order in which they were given. Only
the digits 0 to 9 form numbers. The given list stays unchanged.
"""

# %% meta
entry_points = ["natural_sort"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
DIGITS = "0123456789"


def natural_key(name):
    """Split a name into parts that compare in natural order."""
    parts = []
    position = 0
    while position < len(name):
        end = position
        if name[position] in DIGITS:
            while end < len(name) and name[end] in DIGITS:
                end += 1
            parts.append((0, int(name[position:end]), ""))
        else:
            while end < len(name) and name[end] not in DIGITS:
                end += 1
            parts.append((1, 0, name[position:end].lower()))
        position = end
    return parts


def natural_sort(names):
    """Return the names in natural order, equal ones in given order."""
    return sorted(names, key=natural_key)

# %% cases
def visible():
    return [
        [["page10", "page2", "page1"]],
        [["b.txt", "A.txt", "1.txt"]],
        [[]],
    ]

def hidden(rng):
    cases = [
        [["a"]],
        [["a", ""]],
        [["10", "9", "1", "100"]],
        [["x2y10", "x2y9", "x10y1"]],
        [["File2", "file1", "FILE3"]],
        [["b", "B", "a", "A"]],
        [["a01", "a1", "a001"]],
        [["a1", "a01", "a2"]],
        [["v1.2.10", "v1.2.9", "v1.10.0", "v1.2"]],
        [["img12a", "img12", "img12b", "img2c"]],
        [["a", "1", "a1", "1a"]],
        [["item-5", "item5", "item 5"]],
        [["z", "0z", "00z", "a0"]],
        [["ab", "a1b", "a"]],
        [["Ab2", "aB10", "AB1"]],
        [["999999999999999999999", "1000000000000000000000", "5"]],
        [["x\u00b2", "x1", "x"]],
    ]
    for length in (6, 10, 15):
        names = []
        for _ in range(length):
            name = rng.choice(["a", "B", "ab", ""]) + str(rng.randrange(120))
            names.append(name + rng.choice(["", "c", "D", "-7"]))
        cases.append([names])
    return cases

# %% bug mixes_numbers_and_text category=type
DIGITS = "0123456789"


def natural_key(name):
    """Split a name into parts that compare in natural order."""
    parts = []
    position = 0
    while position < len(name):
        end = position
        if name[position] in DIGITS:
            while end < len(name) and name[end] in DIGITS:
                end += 1
            parts.append(int(name[position:end]))
        else:
            while end < len(name) and name[end] not in DIGITS:
                end += 1
            parts.append(name[position:end].lower())
        position = end
    return parts


def natural_sort(names):
    """Return the names in natural order, equal ones in given order."""
    return sorted(names, key=natural_key)

# %% bug plain_text_order category=logic
def natural_sort(names):
    """Return the names in natural order, equal ones in given order."""
    return sorted(names, key=str.lower)

# %% bug single_digits category=logic
DIGITS = "0123456789"


def natural_key(name):
    """Split a name into parts that compare in natural order."""
    parts = []
    position = 0
    while position < len(name):
        end = position
        if name[position] in DIGITS:
            end += 1
            parts.append((0, int(name[position:end]), ""))
        else:
            while end < len(name) and name[end] not in DIGITS:
                end += 1
            parts.append((1, 0, name[position:end].lower()))
        position = end
    return parts


def natural_sort(names):
    """Return the names in natural order, equal ones in given order."""
    return sorted(names, key=natural_key)
