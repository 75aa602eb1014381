"""Read values from a compact text form.

`i42;` is a whole number (an optional minus sign, no leading zeros, no `-0`),
`s5:hello` a string preceded by its number of characters, `l` ... `e` a list
of values and `d` ... `e` a dict: string keys and values in turn, each key
once. `read_value` returns the one value that the text holds. ValueError is
raised for everything else: text that ends too early, text left over, an
unknown letter, a malformed number, a key that is not a string or is repeated.
"""

# %% meta
entry_points = ["read_value"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def read_value(text):
    """Return the value that the whole text encodes."""
    value, end = _read(text, 0)
    if end != len(text):
        raise ValueError("text left over")
    return value


def _read(text, at):
    """Return the value that begins at a position, and where it ends."""
    kind = text[at : at + 1]
    at += 1
    if kind == "i":
        return _number(text, at, ";")
    if kind == "s":
        length, at = _number(text, at, ":")
        end = at + length
        if length < 0 or end > len(text):
            raise ValueError("bad length of a string")
        return text[at:end], end
    if kind not in ("l", "d"):
        raise ValueError("unknown kind of value")
    items = []
    while text[at : at + 1] != "e":
        item, at = _read(text, at)
        items.append(item)
    at += 1
    if kind == "l":
        return items, at
    return _pairs(items), at


def _pairs(items):
    """Return the dict of a flat list of keys and values."""
    if len(items) % 2:
        raise ValueError("a key has no value")
    table = {}
    for key, value in zip(items[::2], items[1::2]):
        if not isinstance(key, str) or key in table:
            raise ValueError("bad key")
        table[key] = value
    return table


def _number(text, at, stop):
    """Return a number and the position after its stop sign."""
    end = text.find(stop, at)
    digits = text[at:end] if end >= 0 else ""
    if str(int(digits)) != digits:
        raise ValueError("malformed number")
    return int(digits), end + 1

# %% cases
def visible():
    return [
        ["i42;"],
        ["ls5:helloi-3;e"],
        ["ds3:agei7;s4:tagsls1:aee"],
        {"args": ["i042;"], "raises": "ValueError"},
    ]


def hidden(rng):
    good = [
        "i0;", "i-1;", "i12345678901234567890;", "s0:", "s1:;", "s3:a:b", "s4:i1;e", "le", "de", "llee",
        "lli1;eli2;i3;ee", "ds0:i1;e", "ds1:ade", "ds1:ai1;s1:bi2;e", "ls2:\u00e4\u20ace", "ds1:ads1:adeee",
        "s10:0123456789", "ls1:es1:de", "ds1:bs1:bs1:al" + "s1:b" + "ee",
    ]
    cases = [[text] for text in good]
    bad = [
        "", "x", "i", "i;", "i1", "i-0;", "i00;", "i+1;", "i1_0;", "i 1;", "i1.5;", "s", "s2:a", "s-1:",
        "s1a", "s01:a", "l", "li1;", "lx", "d", "ds1:ae", "di1;i2;e", "ds1:ai1;s1:ai2;e", "i1;i2;", "lee",
        "s1:ab",
        "i1; ", "dlei1;e", "i\u0663;", "e", "ls-4:e", "ds1:ai1;", "ds1:ai1;s1:be",
    ]
    cases += [{"args": [text], "raises": "ValueError"} for text in bad]
    for _ in range(3):
        parts = []
        for _ in range(6):
            number = rng.randrange(-999, 999)
            parts.append(rng.choice(["i%d;" % number, "s%d:%s" % (len(str(number)), number), "le"]))
        cases.append(["l" + "".join(parts) + "e"])
    return cases

# %% bug slice_forgives_short_text category=logic
def read_value(text):
    """Return the value that the whole text encodes."""
    value, end = _read(text, 0)
    if end < len(text):
        raise ValueError("text left over")
    return value


def _read(text, at):
    """Return the value that begins at a position, and where it ends."""
    kind = text[at : at + 1]
    at += 1
    if kind == "i":
        return _number(text, at, ";")
    if kind == "s":
        length, at = _number(text, at, ":")
        end = at + length
        return text[at:end], end
    if kind not in ("l", "d"):
        raise ValueError("unknown kind of value")
    items = []
    while text[at : at + 1] != "e":
        item, at = _read(text, at)
        items.append(item)
    at += 1
    if kind == "l":
        return items, at
    return _pairs(items), at


def _pairs(items):
    """Return the dict of a flat list of keys and values."""
    if len(items) % 2:
        raise ValueError("a key has no value")
    table = {}
    for key, value in zip(items[::2], items[1::2]):
        if not isinstance(key, str) or key in table:
            raise ValueError("bad key")
        table[key] = value
    return table


def _number(text, at, stop):
    """Return a number and the position after its stop sign."""
    end = text.find(stop, at)
    digits = text[at:end] if end >= 0 else ""
    if str(int(digits)) != digits:
        raise ValueError("malformed number")
    return int(digits), end + 1

# %% bug list_as_key category=type
def read_value(text):
    """Return the value that the whole text encodes."""
    value, end = _read(text, 0)
    if end != len(text):
        raise ValueError("text left over")
    return value


def _read(text, at):
    """Return the value that begins at a position, and where it ends."""
    kind = text[at : at + 1]
    at += 1
    if kind == "i":
        return _number(text, at, ";")
    if kind == "s":
        length, at = _number(text, at, ":")
        end = at + length
        if length < 0 or end > len(text):
            raise ValueError("bad length of a string")
        return text[at:end], end
    if kind not in ("l", "d"):
        raise ValueError("unknown kind of value")
    items = []
    while text[at : at + 1] != "e":
        item, at = _read(text, at)
        items.append(item)
    at += 1
    if kind == "l":
        return items, at
    return _pairs(items), at


def _pairs(items):
    """Return the dict of a flat list of keys and values."""
    if len(items) % 2:
        raise ValueError("a key has no value")
    table = {}
    for key, value in zip(items[::2], items[1::2]):
        if key in table:
            raise ValueError("bad key")
        table[key] = value
    return table


def _number(text, at, stop):
    """Return a number and the position after its stop sign."""
    end = text.find(stop, at)
    digits = text[at:end] if end >= 0 else ""
    if str(int(digits)) != digits:
        raise ValueError("malformed number")
    return int(digits), end + 1
