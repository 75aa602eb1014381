"""Work out the date that lies a number of working days from a start date.

Dates are ISO texts (`YYYY-MM-DD`). Monday to Friday are working days, save
those listed in `holidays`. Counting begins with the day after the start, or
with the day before it when `days` is negative. With 0 the start itself comes
back, working day or not.
"""

# %% meta
entry_points = ["due_date"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = ["datetime"]

# %% reference
from datetime import date, timedelta


def due_date(start, days, holidays=()):
    current = date.fromisoformat(start)
    step = timedelta(days=-1 if days < 0 else 1)
    left = abs(days)
    while left:
        current += step
        if current.weekday() > 4 or current.isoformat() in holidays:
            continue
        left -= 1
    return current.isoformat()

# %% cases
def visible():
    return [["2024-03-04", 3], ["2024-03-08", 1], ["2024-03-04", 1, ["2024-03-05"]]]


def hidden(rng):
    cases = [
        ["2024-03-09", 0],
        ["2024-03-09", 1],
        ["2024-03-10", -1],
        ["2024-03-07", 1],
        ["2024-03-08", 5],
        ["2024-03-08", 6],
        ["2024-03-11", -1],
        ["2024-03-11", -6],
        ["2024-02-28", 2],
        ["2023-02-28", 1],
        ["2023-12-29", 1, ["2024-01-01"]],
        ["2024-01-02", -1, ["2024-01-01"]],
        ["2024-03-04", 2, ["2024-03-09", "2024-03-10"]],
        ["2024-03-04", 4, ["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08"]],
        ["2024-03-04", 0, ["2024-03-04"]],
        {"args": ["2024-02-30", 1], "raises": "ValueError"},
        {"args": ["monday", 0], "raises": "ValueError"},
    ]
    for _ in range(5):
        day = "2024-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29))
        off = ["2024-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(30)]
        cases.append([day, rng.randrange(-40, 40), off])
    return cases

# %% bug saturday_works category=logic
from datetime import date, timedelta


def due_date(start, days, holidays=()):
    current = date.fromisoformat(start)
    step = timedelta(days=-1 if days < 0 else 1)
    left = abs(days)
    while left:
        current += step
        if current.isoweekday() > 6 or current.isoformat() in holidays:
            continue
        left -= 1
    return current.isoformat()

# %% bug date_against_text category=type
from datetime import date, timedelta


def due_date(start, days, holidays=()):
    current = date.fromisoformat(start)
    step = timedelta(days=-1 if days < 0 else 1)
    left = abs(days)
    while left:
        current += step
        if current.weekday() > 4 or current in holidays:
            continue
        left -= 1
    return current.isoformat()

# %% bug assignment_in_condition category=syntax
from datetime import date, timedelta


def due_date(start, days, holidays=()):
    current = date.fromisoformat(start)
    step = timedelta(days=-1 if days < 0 else 1)
    left = abs(days)
    while left = 0:
        current += step
        if current.weekday() > 4 or current.isoformat() in holidays:
            continue
        left -= 1
    return current.isoformat()
