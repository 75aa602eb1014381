"""Check the entry names of an archive before it is unpacked.

Return the relative paths to write to, in the given order, with `/` between
the parts: empty parts and `.` are dropped and `..` goes back to the folder
before. Raise ValueError for the whole archive if any name is absolute, has a
drive or a backslash (no colon and no backslash is allowed), steps above the
top at any point (even if it comes down again), is empty after all that, or
ends up at the same path as an earlier entry.
"""

# %% meta
entry_points = ["target_paths"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def target_paths(names):
    """Return the normal form of all names, or refuse the archive."""
    targets = []
    for name in names:
        if name.startswith("/") or "\\" in name or ":" in name:
            raise ValueError("not a relative path: " + name)
        parts = []
        for part in name.split("/"):
            if part == "..":
                if not parts:
                    raise ValueError("outside the archive: " + name)
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        target = "/".join(parts)
        if not target or target in targets:
            raise ValueError("empty or repeated: " + name)
        targets.append(target)
    return targets

# %% cases
def visible():
    return [
        [["readme.txt", "src/main.c"]],
        [["./a//b.txt", "a/x/../c.txt"]],
        {"args": [["ok.txt", "../evil.txt"]], "raises": "ValueError"},
    ]


def hidden(rng):
    good = [
        [], ["a"], ["..a", "a..", "...", "b/..c/d"], ["a/b/../../c"], ["a/../b/../c/d"], ["folder/"],
        ["A", "a"], ["a b/c d"], ["a/.hidden", ".env"], ["x/a", "y/a"], ["a", "ab", "a/b"], ["etc/passwd"],
        ["a/./b"], ["~/x"],
    ]
    bad = [
        ["/etc/passwd"], ["//a"], ["a/../../b"], ["../a"], [".."], ["a/b/../../../c"], ["a/../../a/b"],
        ["..\\a"], ["a\\b"], ["C:/x"], ["c:x"], [""], ["."], ["a/.."], ["./"], ["a", "a"], ["a", "b", "./a"],
        ["x/../a", "a"], ["ok", "sub/../../ok2"], ["./../a"], ["a/b", "a//b"], ["a:stream"], ["./.."],
    ]
    cases = [[names] for names in good]
    cases += [{"args": [names], "raises": "ValueError"} for names in bad]
    for _ in range(3):
        cases.append([["f%d/" % i + rng.choice(["a", "./a", "b/../a", "a/"]) for i in range(5)]])
    return cases

# %% bug only_leading_dots category=security cwe=CWE-22
def target_paths(names):
    """Return the normal form of all names, or refuse the archive."""
    targets = []
    for name in names:
        if name.startswith("/") or "\\" in name or ":" in name:
            raise ValueError("not a relative path: " + name)
        if name == ".." or name.startswith("../"):
            raise ValueError("outside the archive: " + name)
        parts = []
        for part in name.split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        target = "/".join(parts)
        if not target or target in targets:
            raise ValueError("empty or repeated: " + name)
        targets.append(target)
    return targets

# %% bug absolute_accepted category=security cwe=CWE-36
def target_paths(names):
    """Return the normal form of all names, or refuse the archive."""
    targets = []
    for name in names:
        parts = []
        for part in name.split("/"):
            if part == "..":
                if not parts:
                    raise ValueError("outside the archive: " + name)
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        target = "/".join(parts)
        if name.startswith("/"):
            target = "/" + target
        if not target or target in targets:
            raise ValueError("empty or repeated: " + name)
        targets.append(target)
    return targets
