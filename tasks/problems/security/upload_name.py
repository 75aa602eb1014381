"""Choose the file name under which an uploaded picture is stored.

Only the part of the given name after the last slash or backslash counts. Its
extension, after the last dot and in any case, must be png, jpg or gif, else
ValueError; it is stored in lower case. In the part before that dot every
character other than ASCII letters, digits and hyphens becomes `_` (dots, too,
so that `shell.php.png` cannot be taken for a script); if it is empty, raise
ValueError. When the name is in `taken`, the stem gets `-2`, or `-3` and so on
up to the first free one: an existing file is never overwritten.
"""

# %% meta
entry_points = ["upload_name"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def upload_name(given, taken):
    """Return a safe, unused file name for an upload."""
    base = given.replace("\\", "/").split("/")[-1]
    stem, _, extension = base.rpartition(".")
    extension = extension.lower()
    if not stem or extension not in ("png", "jpg", "gif"):
        raise ValueError("not a picture")
    safe = ""
    for char in stem:
        plain = char.isascii() and char.isalnum()
        safe += char if plain or char == "-" else "_"
    name = safe + "." + extension
    number = 2
    while name in taken:
        name = safe + "-" + str(number) + "." + extension
        number += 1
    return name

# %% cases
def visible():
    return [
        ["cat.PNG", []],
        ["../../holiday photo.jpg", []],
        ["cat.png", ["cat.png"]],
        {"args": ["run.exe", []], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        ["a.gif", []],
        ["a.jpg", ["a.png"]],
        ["A.jpg", ["a.jpg"]],
        ["cat.png", ["cat.png", "cat-2.png"]],
        ["cat.png", ["cat.png", "cat-3.png"]],
        ["cat.png", ["cat-2.png"]],
        ["cat-2.png", ["cat.png", "cat-2.png"]],
        ["cat.PNG", ["cat.png"]],
        ["c t.png", ["c_t.png"]],
        ["shell.php.png", []],
        ["..png.png", []],
        ["C:\\pics\\me.gif", []],
        ["a\\..\\b/c.gif", []],
        ["a/b.jpg", []],
        ["caf\u00e9.jpg", []],
        ["x\u0663.jpg", []],
        ["a'b\"c<d>;.png", []],
        ["under_score-hyphen9Z.png", []],
        ["null\x00.png", []],
    ]
    bad = [
        "", "png", ".png", "cat", "cat.", "cat.png.php", "cat.png.", "cat.png/", "cat.png/run.sh", "cat.jpeg",
        "catpng", "cat.png ", "cat.svg", "evil.php\x00.pngx", "a.png\\b.html", "pics/.gif", "x.xpng", "x.pn",
    ]
    cases += [{"args": [name, []], "raises": "ValueError"} for name in bad]
    cases.append(["p.png", ["p.png"] + ["p-%d.png" % n for n in range(2, rng.randrange(9, 14))]])
    return cases

# %% bug extension_anywhere category=security cwe=CWE-434
def upload_name(given, taken):
    """Return a safe, unused file name for an upload."""
    base = given.replace("\\", "/").split("/")[-1]
    stem, _, extension = base.rpartition(".")
    extension = extension.lower()
    allowed = (".png", ".jpg", ".gif")
    if not stem or not any(end in base.lower() for end in allowed):
        raise ValueError("not a picture")
    safe = ""
    for char in stem:
        plain = char.isascii() and char.isalnum()
        safe += char if plain or char == "-" else "_"
    name = safe + "." + extension
    number = 2
    while name in taken:
        name = safe + "-" + str(number) + "." + extension
        number += 1
    return name

# %% bug dots_stay category=security cwe=CWE-434
def upload_name(given, taken):
    """Return a safe, unused file name for an upload."""
    base = given.replace("\\", "/").split("/")[-1]
    stem, _, extension = base.rpartition(".")
    extension = extension.lower()
    if not stem or extension not in ("png", "jpg", "gif"):
        raise ValueError("not a picture")
    safe = ""
    for char in stem:
        plain = char.isascii() and char.isalnum()
        safe += char if plain or char in "-." else "_"
    name = safe + "." + extension
    number = 2
    while name in taken:
        name = safe + "-" + str(number) + "." + extension
        number += 1
    return name

# %% bug second_copy_overwrites category=security cwe=CWE-73
def upload_name(given, taken):
    """Return a safe, unused file name for an upload."""
    base = given.replace("\\", "/").split("/")[-1]
    stem, _, extension = base.rpartition(".")
    extension = extension.lower()
    if not stem or extension not in ("png", "jpg", "gif"):
        raise ValueError("not a picture")
    safe = ""
    for char in stem:
        plain = char.isascii() and char.isalnum()
        safe += char if plain or char == "-" else "_"
    name = safe + "." + extension
    if name in taken:
        name = safe + "-2." + extension
    return name
