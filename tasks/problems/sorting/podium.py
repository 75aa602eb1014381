"""Podium.

Given a dict from name to points, return the names of the best `places` people:
more points first, and equal points in alphabetical order of the names. Points
may be None for people who did not finish; they are left out. If fewer people
finished than there are places, return all of them; for zero or fewer places
return an empty list.
"""

# %% meta
entry_points = ["podium"]
categories = ["type", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def podium(points, places=3):
    finished = []
    for name, value in points.items():
        if value is not None:
            finished.append((-value, name))
    finished.sort()
    return [name for _, name in finished[:max(places, 0)]]

# %% cases
def visible():
    return [
        [{"ann": 7, "bob": 9, "cid": 7, "dan": 1}, 3],
        [{"ann": None, "bob": 2}, 1],
        [{}, 2],
    ]

def hidden(rng):
    cases = [
        [{"a": 1}, 1],
        [{"a": 1}, 0],
        [{"a": 1}, 5],
        [{"a": 1, "b": 2}, -1],
        [{"a": 1, "b": 2, "c": 3}, -2],
        [{"b": 5, "a": 5, "c": 5}, 2],
        [{"z": 0, "y": None, "x": 0}, 3],
        [{"z": -1, "y": -2, "x": None}, 3],
        [{"a": None, "b": None}, 2],
        [{"a": 10, "b": 9, "c": 100}, 3],
        [{"Zoe": 3, "adam": 3, "Bea": 4}, 3],
        [{"a": 1.5, "b": 1, "c": 2}, 2],
        [{"d": 1, "c": 2, "b": 3, "a": 4}],
        [{"d": 1, "c": 1, "b": 1, "a": 1}],
    ]
    for length in (5, 10, 18):
        names = rng.sample("abcdefghijklmnopqrstuvwxyz", length)
        table = {name: rng.choice([None, 1, 2, 3, 4]) for name in names}
        cases.append([table, rng.randrange(2, 9)])
    return cases

# %% bug none_is_compared category=type
def podium(points, places=3):
    finished = []
    for name, value in points.items():
        finished.append((-value, name))
    finished.sort()
    return [name for _, name in finished[:max(places, 0)]]

# %% bug reverse_flips_names category=logic
def podium(points, places=3):
    finished = []
    for name, value in points.items():
        if value is not None:
            finished.append((value, name))
    finished.sort(reverse=True)
    return [name for _, name in finished[:max(places, 0)]]

# %% bug zero_points_left_out category=logic
def podium(points, places=3):
    finished = []
    for name, value in points.items():
        if value:
            finished.append((-value, name))
    finished.sort()
    return [name for _, name in finished[:max(places, 0)]]
