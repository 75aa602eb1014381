"""Ordering a contact list.

Return the names of a contact list ordered by surname, then by the given names.
The surname is the last word of a name; everything before it are the given
names, and a name of one word has no given names and comes before others of that
surname. Upper and lower case count as equal. Names that are equal in this sense
keep their order, and every name is returned as it was written, outer spaces
included. Blank names are left out. The list passed in is not changed.
"""

# %% meta
entry_points = ["contact_order"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def contact_order(names):
    keyed = []
    for position, name in enumerate(names):
        words = name.lower().split()
        if words:
            keyed.append((words[-1], words[:-1], position))
    keyed.sort()
    return [names[position] for _, _, position in keyed]

# %% cases
def visible():
    return [
        [["Ada Lovelace", "Alan Turing", "Grace Hopper"]],
        [["Zed Young", "Amy Young", "Young"]],
        [[]],
    ]

def hidden(rng):
    cases = [
        [["Cher"]],
        [[""]],
        [["  ", "Bo Li", ""]],
        [["", "Bo Li", "Al Li"]],
        [["bo li", "Bo Li", "BO LI"]],
        [["Bo Li", "bo Li", "Al Li"]],
        [["Amy Zorn", "Zoe Adams"]],
        [["Ann B. Cole", "Ann A. Cole", "Ann Cole"]],
        [["Jo van Dyk", "Jo Dyk", "Jo adams"]],
        [[" Max Ray", "Kim Ray ", "Lea  Ray"]],
        [["de Groot", "De groot", "A Groot"]],
        [["Tom Ash", "Tom Ash", "Sam Ash"]],
        [["lee Zhang", "Mo zhang", "Al Zhang"]],
        [["anna beck", "Carl Adler", "bert Beck", "Adler"]],
    ]
    for length in (6, 10, 16):
        names = []
        for _ in range(length):
            given = rng.choice(["Ann", "ann", "Bob", "Cy D."])
            names.append(given + " " + rng.choice(["Fox", "fox", "Hale", "Ito"]))
        cases.append([names])
    return cases

# %% bug sort_returns_none category=type
def contact_order(names):
    keyed = []
    for position, name in enumerate(names):
        words = name.lower().split()
        if words:
            keyed.append((words[-1], words[:-1], position))
    keyed = keyed.sort()
    return [names[position] for _, _, position in keyed]

# %% bug surname_only category=logic
def contact_order(names):
    keyed = []
    for position, name in enumerate(names):
        words = name.lower().split()
        if words:
            keyed.append((words[-1], position))
    keyed.sort()
    return [names[position] for _, position in keyed]

# %% bug case_matters category=logic
def contact_order(names):
    keyed = []
    for position, name in enumerate(names):
        words = name.split()
        if words:
            keyed.append((words[-1], words[:-1], position))
    keyed.sort()
    return [names[position] for _, _, position in keyed]
