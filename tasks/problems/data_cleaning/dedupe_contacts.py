"""Remove repeated contacts from a list of `[name, email]` rows.

Two rows are the same contact when their addresses agree after stripping white
space and ignoring case. The first row of a contact stays, with its name
stripped and its address in the clean form; order is kept. A later row of the
same contact only fills in a missing (blank) name. Rows whose address has no
`@` are thrown away. The input is not changed. Exports have tens of thousands
of rows, so time has to grow in proportion.
"""

# %% meta
entry_points = ["dedupe_contacts"]
categories = ["logic", "algorithm"]
comparator = "exact"
allowed_imports = []

# %% reference
def dedupe_contacts(rows):
    kept = {}
    for name, email in rows:
        name = name.strip()
        email = email.strip().lower()
        if "@" not in email:
            continue
        if not kept.get(email):
            kept[email] = name
    return [[name, email] for email, name in kept.items()]

# %% cases
def visible():
    return [
        [[["Ann", "ann@x.org"], ["Bob", "bob@x.org"], ["Ann B.", " ANN@x.org"]]],
        [[["", "c@x.org"], ["Cy", "C@X.org"]]],
        [[["Nobody", "none"]]],
    ]


def hidden(rng):
    cases = [
        [[]],
        [[["  Ann  ", "  Ann@X.Org  "]]],
        [[["", "a@b"], ["", "a@b"]]],
        [[["  ", "a@b"], ["Late", "a@b"], ["Later", "a@b"]]],
        [[["First", "a@b"], ["", "a@b"], ["Last", "a@b"]]],
        [[["x", ""], ["y", "@"], ["z", "no-at.org"]]],
        [[["b", "b@x"], ["a", "a@x"], ["b2", "B@X"], ["c", "c@x"]]],
        [[["", "b@x"], ["a", "a@x"], ["B", "b@x"]]],
        [[["same", "a@x"], ["same", "b@x"]]],
        [[["tab", "\ta@x\n"], ["plain", "a@x"]]],
        {"args": [[[" Pad ", "P@x"], ["Q", "p@X"]]], "mutates": [0]},
        [[["inner space", "a b@x"], ["other", "ab@x"]]],
    ]
    for _ in range(4):
        rows = []
        for _ in range(25):
            email = rng.choice("abcdE") + rng.choice(["@x", "@X", " @y", "x"])
            rows.append([rng.choice(["", " ", "Kim", "Lee ", "Max"]), rng.choice(["", " "]) + email])
        cases.append([rows])
    return cases

# %% scaling
sizes = [600, 1200, 2400, 4800]


def scaling(n, rng, adverse):
    if adverse:
        return [[["", "user%d@mail.example" % i] for i in range(n)]]
    return [[["User", "user%d@mail.example" % rng.randrange(n)] for _ in range(n)]]

# %% bug last_name_wins category=logic
def dedupe_contacts(rows):
    kept = {}
    for name, email in rows:
        name = name.strip()
        email = email.strip().lower()
        if "@" not in email:
            continue
        if name or email not in kept:
            kept[email] = name
    return [[name, email] for email, name in kept.items()]

# %% bug case_forgotten category=logic
def dedupe_contacts(rows):
    kept = {}
    for name, email in rows:
        name = name.strip()
        email = email.strip()
        if "@" not in email:
            continue
        if not kept.get(email.lower()):
            kept[email] = name
    return [[name, email] for email, name in kept.items()]

# %% bug searches_the_result category=algorithm
def dedupe_contacts(rows):
    kept = []
    for name, email in rows:
        name = name.strip()
        email = email.strip().lower()
        if "@" not in email:
            continue
        for row in kept:
            if row[1] == email:
                row[0] = row[0] or name
                break
        else:
            kept.append([name, email])
    return kept
