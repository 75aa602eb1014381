"""Read a small settings file given as one string and return a dict of strings.

Each line holds `key = value`. Spaces around key and value do not count, and
keys are case-insensitive (the dict has them in lower case). Empty lines and
lines that start with `#` or `;` are skipped; those signs have no meaning
further right. Only the first `=` separates, so a value may contain more of
them, and a value may be empty. When a key comes twice, the later line wins.
A line without `=`, or with nothing in front of it, raises ValueError.
"""

# %% meta
entry_points = ["read_settings"]
categories = ["logic", "type", "syntax"]
comparator = "exact"
allowed_imports = []

# %% reference
def read_settings(text):
    settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        key, found, value = line.partition("=")
        key = key.strip().lower()
        if not found or not key:
            raise ValueError("bad line: " + line)
        settings[key] = value.strip()
    return settings

# %% cases
def visible():
    return [
        ["host = example.org\nport=8080\n"],
        ["# comment\n\nDebug = yes"],
        {"args": ["just words"], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        [""],
        ["\n\n   \n"],
        ["token = a=b==c"],
        ["empty ="],
        ["  Spaced Key  =  spaced value  "],
        ["a = 1\nA = 2"],
        ["; off = 1\n#also = off\non = 1"],
        ["colour = #fff ; not a comment"],
        ["   # indented = comment\nx=y"],
        ["path = C:\\dir\r\nname = x\r\n"],
        ["key; = v\n#"],
        ["a = 1\nb = 2\nc = 3"],
        {"args": [" = value"], "raises": "ValueError"},
        {"args": ["="], "raises": "ValueError"},
        {"args": ["good = 1\nbad\nfine = 2"], "raises": "ValueError"},
    ]
    lines = []
    for _ in range(12):
        lines.append(rng.choice(["Ab", "cd", "EF"]) + rng.choice(["=", " = "]) + str(rng.randrange(99)))
    cases.append(["\n".join(lines)])
    return cases

# %% bug split_every_sign category=logic
def read_settings(text):
    settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        key, found, value = line.rpartition("=")
        key = key.strip().lower()
        if not found or not key:
            raise ValueError("bad line: " + line)
        settings[key] = value.strip()
    return settings

# %% bug comment_before_strip category=logic
def read_settings(text):
    settings = {}
    for line in text.splitlines():
        if not line.strip() or line[0] in "#;":
            continue
        key, found, value = line.partition("=")
        key = key.strip().lower()
        if not found or not key:
            raise ValueError("bad line: " + line)
        settings[key] = value.strip()
    return settings

# %% bug missing_colon category=syntax
def read_settings(text):
    settings = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#;"
            continue
        key, found, value = line.partition("=")
        key = key.strip().lower()
        if not found or not key:
            raise ValueError("bad line: " + line)
        settings[key] = value.strip()
    return settings
