"""Pack a text as run lengths and unpack it again.

`pack` writes every run of one repeated character as its length followed by
the character; a run of length 1 has no number. Because of the numbers, a text
with digits in it cannot be packed and raises ValueError. `unpack` reverses
it. It raises ValueError for a number at the end without a character and for
a number that starts with 0, the one number that `pack` never writes; a
written 1 is accepted.
"""

# %% meta
entry_points = ["pack", "unpack"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
DIGITS = "0123456789"


def pack(text):
    parts = []
    start = 0
    for end in range(1, len(text) + 1):
        if text[start] in DIGITS:
            raise ValueError("digits cannot be packed")
        if end == len(text) or text[end] != text[start]:
            count = end - start
            parts.append(str(count) if count > 1 else "")
            parts.append(text[start])
            start = end
    return "".join(parts)


def unpack(packed):
    parts = []
    number = ""
    for char in packed:
        if char in DIGITS:
            number += char
            if number == "0":
                raise ValueError("a number starts with 0")
        else:
            parts.append(char * int(number or 1))
            number = ""
    if number:
        raise ValueError("a number without a character")
    return "".join(parts)

# %% cases
def visible():
    return [
        ["aaabccd"],
        {"call": "unpack", "args": ["3ab2cd"]},
        {"args": ["a1"], "raises": "ValueError"},
    ]


def hidden(rng):
    plain = ["", "a", "aa", "ab", "abab", "aab", "abb", "z" * 12, "  \n\n", "aAaa", "--++"]
    cases = [[text] for text in plain]
    mixed = ["7", "0", "aa9bb", "xy5", "1234567890"]
    cases += [{"args": [text], "raises": "ValueError"} for text in mixed]
    good = ["", "a", "2a", "1a", "10x", "2a3b", "ab3c", "12a1b", "105-", "2 2\n", "98q"]
    cases += [{"call": "unpack", "args": [text]} for text in good]
    for digit in "123456789":
        cases.append({"call": "unpack", "args": ["a" + digit + "b"]})
        cases.append({"args": ["b" + digit], "raises": "ValueError"})
    bad = ["3", "a3", "0a", "03a", "a0", "2a0b"]
    cases += [{"call": "unpack", "args": [text], "raises": "ValueError"} for text in bad]
    for _ in range(4):
        text = "".join(rng.choice("xyz") * rng.randrange(1, 14) for _ in range(8))
        cases.append({"steps": [{"call": "pack", "args": [text]}]})
    return cases

# %% bug one_digit_numbers category=logic
DIGITS = "0123456789"


def pack(text):
    parts = []
    start = 0
    for end in range(1, len(text) + 1):
        if text[start] in DIGITS:
            raise ValueError("digits cannot be packed")
        if end == len(text) or text[end] != text[start]:
            count = end - start
            parts.append(str(count) if count > 1 else "")
            parts.append(text[start])
            start = end
    return "".join(parts)


def unpack(packed):
    parts = []
    number = ""
    for char in packed:
        if char in DIGITS:
            number = char
            if number == "0":
                raise ValueError("a number starts with 0")
        else:
            parts.append(char * int(number or 1))
            number = ""
    if number:
        raise ValueError("a number without a character")
    return "".join(parts)

# %% bug last_run_lost category=logic
DIGITS = "0123456789"


def pack(text):
    parts = []
    start = 0
    for end in range(1, len(text)):
        if text[start] in DIGITS:
            raise ValueError("digits cannot be packed")
        if text[end] != text[start]:
            count = end - start
            parts.append(str(count) if count > 1 else "")
            parts.append(text[start])
            start = end
    return "".join(parts)


def unpack(packed):
    parts = []
    number = ""
    for char in packed:
        if char in DIGITS:
            number += char
            if number == "0":
                raise ValueError("a number starts with 0")
        else:
            parts.append(char * int(number or 1))
            number = ""
    if number:
        raise ValueError("a number without a character")
    return "".join(parts)

# %% bug count_joined_as_number category=type
DIGITS = "0123456789"


def pack(text):
    parts = []
    start = 0
    for end in range(1, len(text) + 1):
        if text[start] in DIGITS:
            raise ValueError("digits cannot be packed")
        if end == len(text) or text[end] != text[start]:
            count = end - start
            parts.append(count if count > 1 else "")
            parts.append(text[start])
            start = end
    return "".join(parts)


def unpack(packed):
    parts = []
    number = ""
    for char in packed:
        if char in DIGITS:
            number += char
            if number == "0":
                raise ValueError("a number starts with 0")
        else:
            parts.append(char * int(number or 1))
            number = ""
    if number:
        raise ValueError("a number without a character")
    return "".join(parts)
