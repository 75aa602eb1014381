"""Return which day of its year a date is, 1 for the first of January.

The date comes as `YYYY-MM-DD` in the Gregorian calendar, so a year is a leap
year when it is divisible by 4, except for full centuries that are not
divisible by 400. A date that does not exist raises ValueError, and so does a
text that does not consist of three whole numbers.
"""

# %% meta
entry_points = ["day_of_year"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def day_of_year(text):
    year, month, day = [int(part) for part in text.split("-")]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    feb = 29 if leap else 28
    lengths = [31, feb, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise ValueError("no such date: " + text)
    return sum(lengths[: month - 1]) + day

# %% cases
def visible():
    return [["2023-02-01"], ["2024-12-31"], {"args": ["2023-02-29"], "raises": "ValueError"}]


def hidden(rng):
    cases = [["2023-%02d-01" % month] for month in range(1, 13)]
    cases += [["2023-%02d-%02d" % pair] for pair in ((1, 31), (2, 28), (4, 30), (8, 31), (12, 31))]
    cases += [["2024-02-29"], ["2024-03-01"], ["2000-02-29"], ["2000-12-31"], ["1900-12-31"], ["2100-03-01"]]
    for text in (
        "1900-02-29", "2100-02-29", "2023-00-10", "2023-13-01", "2023-01-00", "2023-01-32", "2023-02-30",
        "2024-02-30", "2023-03-32", "2023-04-31", "2023-05-32", "2023-06-31", "2023-07-32", "2023-08-32",
        "2023-09-31", "2023-10-32", "2023-11-31", "2023-12-32", "2023-05", "2023-05-01-02", "soon",
        "2023-xx-01",
    ):
        cases.append({"args": [text], "raises": "ValueError"})
    for text in ("2023-03-31", "2023-05-31", "2023-06-30", "2023-07-31", "2023-10-31", "2023-11-30"):
        cases.append([text])
    cases.append(["2023-09-30"])
    for _ in range(4):
        numbers = (rng.randrange(1800, 2400), rng.randrange(1, 13), rng.randrange(1, 29))
        cases.append(["%d-%02d-%02d" % numbers])
    return cases

# %% bug centuries_always_leap category=logic
def day_of_year(text):
    year, month, day = [int(part) for part in text.split("-")]
    leap = year % 4 == 0
    feb = 29 if leap else 28
    lengths = [31, feb, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise ValueError("no such date: " + text)
    return sum(lengths[: month - 1]) + day

# %% bug parts_stay_text category=type
def day_of_year(text):
    year, month, day = text.split("-")
    year, month = int(year), int(month)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    feb = 29 if leap else 28
    lengths = [31, feb, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= int(day) <= lengths[month - 1]:
        raise ValueError("no such date: " + text)
    return sum(lengths[: month - 1]) + day
