"""Run-length text.

Compress a text by replacing every run of the same character with the length of
the run followed by the character: "aaab" becomes "3a1b". Upper and lower case
are different characters. An empty text stays empty.
"""

# %% meta
entry_points = ["compress"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def compress(text):
    parts = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or text[i] != text[start]:
            parts.append(str(i - start) + text[start])
            start = i
    return "".join(parts)

# %% cases
def visible():
    return [["aaab"], [""], ["aAa"]]

def hidden(rng):
    cases = [
        ["a"],
        ["aa"],
        ["ab"],
        ["abc"],
        ["abb"],
        ["aab"],
        ["aba"],
        ["zzzzzzzzzzzz"],
        ["  !!"],
        ["1122"],
        ["aabbaabb"],
        ["Bbbb"],
        ["\n\n\t"],
    ]
    for length in (10, 20, 40):
        cases.append(["".join(rng.choice("ab") for _ in range(length))])
    cases.append(["".join(rng.choice("xyz") * rng.randrange(1, 14) for _ in range(8))])
    return cases

# %% bug last_run_lost category=logic
def compress(text):
    parts = []
    start = 0
    for i in range(1, len(text)):
        if text[i] != text[start]:
            parts.append(str(i - start) + text[start])
            start = i
    return "".join(parts)

# %% bug start_not_moved category=logic
def compress(text):
    parts = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or text[i] != text[start]:
            parts.append(str(i - start) + text[start])
    return "".join(parts)

# %% bug joins_ints category=type
def compress(text):
    parts = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or text[i] != text[start]:
            parts.append(i - start)
            parts.append(text[start])
            start = i
    return "".join(parts)
