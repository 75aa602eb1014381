"""Turn a duration such as `1h30m` or `2d5s` into a number of seconds.

The text is a run of parts, each a whole number followed by one of the letters
d, h, m and s (86400, 3600, 60 and 1 seconds). The order of the parts is free,
but each letter may come at most once. Numbers are ASCII digits and may have
leading zeros. Anything else raises ValueError: the empty text, spaces, signs,
capital letters, a letter without a number or a number without a letter.
"""

# %% meta
entry_points = ["parse_duration"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def parse_duration(text):
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    total = 0
    digits = ""
    for ch in text:
        if ch in "0123456789":
            digits += ch
        elif ch in units and digits:
            total += int(digits) * units.pop(ch)
            digits = ""
        else:
            raise ValueError("cannot read " + text)
    if digits or not text:
        raise ValueError("cannot read " + text)
    return total

# %% cases
def visible():
    return [["1h30m"], ["45s"], {"args": ["90"], "raises": "ValueError"}]


def hidden(rng):
    good = ["2d", "1d2h3m4s", "4s3m2h1d", "0s", "007m", "100h", "10m10s", "5s9d", "8h6m", "1234567890s"]
    bad = ["", " ", "1h 30m", "h", "5mm", "1h2h", "-5s", "1.5h", "3H", "1h30"]
    bad += ["m5", "5x", "\u0663s", "12d4", "2s1s"]
    cases = [[text] for text in good]
    cases += [{"args": [text], "raises": "ValueError"} for text in bad]
    for _ in range(4):
        letters = rng.sample("dhms", 3)
        cases.append(["".join(str(rng.randrange(500)) + letter for letter in letters)])
    return cases

# %% bug digits_not_reset category=logic
def parse_duration(text):
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    total = 0
    digits = "0"
    for ch in text:
        if ch in "0123456789":
            digits += ch
        elif ch in units:
            total += int(digits) * units.pop(ch)
            digits = "0"
        else:
            raise ValueError("cannot read " + text)
    return total

# %% bug text_times_number category=type
def parse_duration(text):
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    total = 0
    digits = ""
    for ch in text:
        if ch in "0123456789":
            digits += ch
        elif ch in units and digits:
            total += digits * units.pop(ch)
            digits = ""
        else:
            raise ValueError("cannot read " + text)
    if digits or not text:
        raise ValueError("cannot read " + text)
    return total
