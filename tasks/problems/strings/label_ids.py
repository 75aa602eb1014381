"""Ticket labels.

Turn ticket numbers into labels: the prefix, a dash, and the number padded with
zeros to at least four digits, so that ticket 7 of "BUG" becomes "BUG-0007".
Longer numbers are kept whole. The labels are returned as one text, separated
by a comma and a space, in the order given; no tickets give an empty text. A
negative number raises ValueError.
"""

# %% meta
entry_points = ["ticket_labels"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def ticket_labels(prefix, ids):
    labels = []
    for number in ids:
        if number < 0:
            raise ValueError("negative ticket number")
        labels.append(prefix + "-" + str(number).zfill(4))
    return ", ".join(labels)

# %% cases
def visible():
    return [["BUG", [7, 42]], ["OPS", []], ["A", [12345]]]

def hidden(rng):
    cases = [
        ["BUG", [0]],
        ["BUG", [9]],
        ["BUG", [10]],
        ["BUG", [999]],
        ["BUG", [1000]],
        ["BUG", [9999]],
        ["BUG", [10000]],
        ["", [3]],
        ["", []],
        ["web-ui", [1, 2, 3]],
        ["X", [5, 5]],
        ["X", [-1]],
        ["X", [4, -4]],
        ["X", [3, 2, 1]],
        ["Y", [123456789]],
    ]
    for _ in range(3):
        cases.append(["Z", [rng.randrange(20000) for _ in range(6)]])
    return cases

# %% bug concatenates_int category=type
def ticket_labels(prefix, ids):
    labels = []
    for number in ids:
        if number < 0:
            raise ValueError("negative ticket number")
        labels.append(prefix + "-" + number)
    return ", ".join(labels)

# %% bug zfill_on_int category=type
def ticket_labels(prefix, ids):
    labels = []
    for number in ids:
        if number < 0:
            raise ValueError("negative ticket number")
        labels.append(prefix + "-" + number.zfill(4))
    return ", ".join(labels)

# %% bug fixed_zeros category=logic
def ticket_labels(prefix, ids):
    labels = []
    for number in ids:
        if number < 0:
            raise ValueError("negative ticket number")
        labels.append(prefix + "-000" + str(number))
    return ", ".join(labels)
