"""Pack texts into the byte format of a small network protocol.

Every text becomes one byte with its length, then the text in UTF-8. The
length counts bytes, so a text of more than 255 bytes does not fit and raises
ValueError; it must not be sent with a wrong length, because the receiver
would read the rest as further fields. The whole message starts with one byte
for the number of texts, with the same limit. Return bytes.
"""

# %% meta
entry_points = ["pack_fields"]
categories = ["security", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def pack_fields(fields):
    if len(fields) > 255:
        raise ValueError("too many fields")
    message = bytes([len(fields)])
    for field in fields:
        data = field.encode("utf-8")
        if len(data) > 255:
            raise ValueError("the field is too long")
        message += bytes([len(data)]) + data
    return message

# %% cases
def visible():
    return [[["user", "ann"]], [[]], {"args": [["x" * 300]], "raises": "ValueError"}]


def hidden(rng):
    cases = [
        [[""]],
        [["", "", "a"]],
        [["a" * 255]],
        [["a" * 254, "b"]],
        [["\u00e9"]],
        [["\u00e9" * 127]],
        [["\U0001f600" * 63]],
        [["k"] * 255],
        [["null\x00byte", "new\nline"]],
        {"args": [["a" * 256]], "raises": "ValueError"},
        {"args": [["a" * 257]], "raises": "ValueError"},
        {"args": [["a" * 512]], "raises": "ValueError"},
        {"args": [["\u00e9" * 128]], "raises": "ValueError"},
        {"args": [["\u20ac" * 86]], "raises": "ValueError"},
        {"args": [["ok", "a" * 261, "ok"]], "raises": "ValueError"},
        {"args": [[""] * 256], "raises": "ValueError"},
        {"args": [["k"] * 300], "raises": "ValueError"},
    ]
    for _ in range(3):
        lengths = [rng.randrange(40) for _ in range(5)]
        cases.append([["".join(rng.choice("ab\u00e9\u20ac") for _ in range(n)) for n in lengths]])
    return cases

# %% bug length_wraps category=security cwe=CWE-190
def pack_fields(fields):
    message = bytes([len(fields) & 0xFF])
    for field in fields:
        data = field.encode("utf-8")
        message += bytes([len(data) & 0xFF]) + data
    return message

# %% bug characters_not_bytes category=security cwe=CWE-131
def pack_fields(fields):
    if len(fields) > 255:
        raise ValueError("too many fields")
    message = bytes([len(fields)])
    for field in fields:
        if len(field) > 255:
            raise ValueError("the field is too long")
        message += bytes([len(field)]) + field.encode("utf-8")
    return message

# %% bug number_as_bytes category=type
def pack_fields(fields):
    if len(fields) > 255:
        raise ValueError("too many fields")
    message = bytes(len(fields))
    for field in fields:
        data = field.encode("utf-8")
        if len(data) > 255:
            raise ValueError("the field is too long")
        message += bytes(len(data)) + data
    return message
