"""Make the part of a web address that stands for an article's title.

The slug is in lower case and consists of the runs of ASCII letters and digits
in the title, joined by single hyphens. It has at most `limit` characters
(40 unless told otherwise, at least 1): whole words are dropped from the end
until it fits, and only a first word that is too long by itself is cut. A
title without any usable character gives the empty string.
"""

# %% meta
entry_points = ["slugify"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
def slugify(title, limit=40):
    cleaned = ""
    for ch in title.lower():
        if ch.isascii() and ch.isalnum():
            cleaned += ch
        else:
            cleaned += " "
    words = cleaned.split()
    while len(words) > 1 and len("-".join(words)) > limit:
        words.pop()
    return "-".join(words)[:limit]

# %% cases
def visible():
    return [["Hello, World!"], ["10 Tips & Tricks"], ["The long way home", 8]]


def hidden(rng):
    cases = [
        [""],
        ["---"],
        ["  Leading and trailing  "],
        ["already-a-slug"],
        ["under_score.dot/slash"],
        ["Caf\u00e9 \u00fcber alles"],
        ["\u0662\u0663 numbers"],
        ["one two three", 7],
        ["one two three", 6],
        ["one two three", 8],
        ["one two three", 13],
        ["one two three", 12],
        ["extraordinary", 5],
        ["extraordinary day", 5],
        ["extraordinary", 13],
        ["a b", 1],
        ["ABC xyz 019"],
        ["n" * 40],
        ["n" * 41],
        ["ab " * 20],
        ["don't stop"],
    ]
    for _ in range(3):
        title = "".join(rng.choice("aB3 -!") for _ in range(30))
        cases.append([title, rng.randrange(4, 25)])
    return cases

# %% bug cuts_mid_word category=logic
def slugify(title, limit=40):
    cleaned = ""
    for ch in title.lower():
        if ch.isascii() and ch.isalnum():
            cleaned += ch
        else:
            cleaned += " "
    words = cleaned.split()
    return "-".join(words)[:limit]

# %% bug hyphen_runs category=logic
def slugify(title, limit=40):
    cleaned = ""
    for ch in title.lower():
        if ch.isascii() and ch.isalnum():
            cleaned += ch
        else:
            cleaned += " "
    words = cleaned.split(" ")
    while len(words) > 1 and len("-".join(words)) > limit:
        words.pop()
    return "-".join(words)[:limit]

# %% bug returns_list category=type
def slugify(title, limit=40):
    cleaned = ""
    for ch in title.lower():
        if ch.isascii() and ch.isalnum():
            cleaned += ch
        else:
            cleaned += " "
    words = cleaned.split()
    while len(words) > 1 and len("-".join(words)) > limit:
        words.pop()
    return words[:limit]
