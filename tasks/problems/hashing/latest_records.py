"""Keeping the latest record.

An export contains several versions of the same customer. Each record is a dict
with at least "id" and "version". Return one record per id: the one with the
highest version, and of equal versions the one that comes last in the export.
The result is ordered by where an id first appears. Records without an id (the
key is missing or its value is None) are dropped; a missing version counts as 0.
Exports have thousands of records, so do not search the result for every one.
"""

# %% meta
entry_points = ["latest_records"]
categories = ["algorithm", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def latest_records(records):
    """Return the newest record of every id, in order of first appearance."""
    newest = {}
    for record in records:
        key = record.get("id")
        if key is None:
            continue
        known = newest.get(key)
        if known is None:
            newest[key] = record
            continue
        old_version = known.get("version", 0)
        new_version = record.get("version", 0)
        if new_version >= old_version:
            newest[key] = record
    result = []
    for record in newest.values():
        result.append(record)
    return result

# %% cases
def rec(key, version, name):
    return {"id": key, "version": version, "name": name}

def visible():
    return [
        [[rec(1, 1, "Ann"), rec(2, 1, "Bo"), rec(1, 2, "Anne")]],
        [[{"id": 1, "name": "x"}, {"id": None, "version": 3}]],
        [[]],
    ]

def hidden(rng):
    cases = [
        [[rec(1, 1, "a")]],
        [[rec(1, 2, "new"), rec(1, 1, "old")]],
        [[rec(1, 1, "first"), rec(1, 1, "second")]],
        [[rec(0, 1, "zero"), rec(0, 2, "zero again")]],
        [[rec("", 1, "empty id"), rec("", 0, "older")]],
        [[{"name": "no id", "version": 9}]],
        [[{"name": "no id"}, rec(3, 1, "kept")]],
        [[rec(3, 1, "kept"), {"version": 1}, rec(4, 1, "also")]],
        [[{"id": 5}, {"id": 5, "name": "later"}]],
        [[{"id": 5, "version": -1}, {"id": 5}]],
        [[{"id": 5}, {"id": 5, "version": -1}]],
        [[{"id": 5}, {"id": 5, "version": 1}]],
        [[{"id": 5, "version": 1}, {"id": 5}]],
        [[rec(2, 1, "b"), rec(1, 1, "a"), rec(2, 5, "bb"), rec(1, 0, "aa")]],
        [[rec(1, 3, "x"), rec(1, 1, "y"), rec(1, 2, "z")]],
        [[{"id": 6, "version": 0, "n": 1}, {"id": 6, "n": 2}]],
        [[{"id": 6, "n": 1}, {"id": 6, "version": 0, "n": 2}]],
    ]
    for length in (10, 25):
        cases.append([[rec(rng.randrange(5), rng.randrange(4), i) for i in range(length)]])
    return cases

# %% scaling
sizes = [1000, 2000, 4000, 8000]
def scaling(n, rng, adverse):
    if adverse:
        return [[{"id": i, "version": 1} for i in range(n)]]
    return [[{"id": rng.randrange(n), "version": rng.randrange(5)} for _ in range(n)]]

# %% bug searches_result_list category=algorithm
def latest_records(records):
    """Return the newest record of every id, in order of first appearance."""
    result = []
    for record in records:
        key = record.get("id")
        if key is None:
            continue
        for position, known in enumerate(result):
            if known["id"] == key:
                if record.get("version", 0) >= known.get("version", 0):
                    result[position] = record
                break
        else:
            result.append(record)
    return result

# %% bug drops_falsy_ids category=logic
def latest_records(records):
    """Return the newest record of every id, in order of first appearance."""
    newest = {}
    for record in records:
        key = record.get("id")
        if not key:
            continue
        known = newest.get(key)
        if known is None:
            newest[key] = record
            continue
        old_version = known.get("version", 0)
        new_version = record.get("version", 0)
        if new_version >= old_version:
            newest[key] = record
    result = []
    for record in newest.values():
        result.append(record)
    return result

# %% bug keeps_earlier_of_equals category=logic
def latest_records(records):
    """Return the newest record of every id, in order of first appearance."""
    newest = {}
    for record in records:
        key = record.get("id")
        if key is None:
            continue
        known = newest.get(key)
        if known is None:
            newest[key] = record
            continue
        old_version = known.get("version", 0)
        new_version = record.get("version", 0)
        if new_version > old_version:
            newest[key] = record
    result = []
    for record in newest.values():
        result.append(record)
    return result
