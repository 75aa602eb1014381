"""Format one entry of a log file: `LEVEL|user|message`.

The log is read line by line and split at `|`, so what users write must not
make new lines or fields. In each of the three parts a backslash, a `|` and
every character that is not printable (`str.isprintable`) is written as
`\\x` plus at least two hex digits in lower case; everything else stays. The
level is written in capitals and must be debug, info, warning or error in any
case, else ValueError. User and message may be anything that `str` accepts.
"""

# %% meta
entry_points = ["log_line"]
categories = ["security", "type"]
comparator = "exact"
allowed_imports = []

# %% reference
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_line(level, user, message):
    if level.upper() not in LEVELS:
        raise ValueError("unknown level")
    line = level.upper()
    for part in (user, message):
        line += "|"
        for char in str(part):
            if char in "\\|" or not char.isprintable():
                char = "\\x%02x" % ord(char)
            line += char
    return line

# %% cases
def visible():
    return [
        ["info", "ann", "logged in"],
        ["error", "bob", "a\nb"],
        {"args": ["loud", "ann", "x"], "raises": "ValueError"},
    ]


def hidden(rng):
    parts = [
        "", "plain words stay", "a\r\nINFO|root|logged in", "tab\there", "a|b", "back\\slash", "\\n",
        "\x1b[31mred",
        "\x00", "caf\u00e9 \u00fc", "line\u2028break", "next\x85line", "del\x7f", "\u00a0", "100%",
        "%s %d", "\u200b",
        "\x0b\x0c", "emoji \U0001f600", "a\rb", "{user}", "'quoted' \"twice\"",
    ]
    cases = [["warning", "ann", part] for part in parts]
    cases += [["info", part, "ok"] for part in ("eve\nERROR|root", "a|b", "O'Neil", "x\r")]
    cases += [["DEBUG", 7, None], ["Error", "a", ["x", "y\n"]], ["debug", "\x1f", "~"]]
    for level in ("", "info\n", "INFO|x", "warn", "fatal"):
        cases.append({"args": [level, "ann", "x"], "raises": "ValueError"})
    for _ in range(3):
        cases.append(["info", "u", "".join(rng.choice("ab|\\\n\r\t ") for _ in range(15))])
    return cases

# %% bug only_newline_escaped category=security cwe=CWE-117
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_line(level, user, message):
    if level.upper() not in LEVELS:
        raise ValueError("unknown level")
    line = level.upper()
    for part in (user, message):
        line += "|"
        for char in str(part):
            if char in "\\|\n":
                char = "\\x%02x" % ord(char)
            line += char
    return line

# %% bug user_trusted category=security cwe=CWE-117
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_line(level, user, message):
    if level.upper() not in LEVELS:
        raise ValueError("unknown level")
    line = level.upper() + "|" + str(user) + "|"
    for char in str(message):
        if char in "\\|" or not char.isprintable():
            char = "\\x%02x" % ord(char)
        line += char
    return line

# %% bug text_only category=type
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_line(level, user, message):
    if level.upper() not in LEVELS:
        raise ValueError("unknown level")
    line = level.upper()
    for part in (user, message):
        line += "|"
        for char in part:
            if char in "\\|" or not char.isprintable():
                char = "\\x%02x" % ord(char)
            line += char
    return line
