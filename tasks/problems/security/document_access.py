"""Decide whether a user may do something with a document.

`user` has the keys id, team (a name or None), role (`admin`, `editor` or
`reader`) and active; `document` has owner (a user id), team (a name or None),
public and locked. `action` is `view` or `edit`; another one raises ValueError.
Users who are not active may do nothing. Otherwise admins may do everything.
Viewing is allowed to the owner, to members of the document's team, and to all
if it is public. Editing is allowed to the owner, and to editors in the
document's team, unless it is locked. No team (None) is not a team that two
could share.
"""

# %% meta
entry_points = ["may"]
categories = ["security"]
comparator = "exact"
allowed_imports = []

# %% reference
def may(user, action, document):
    if action not in ("view", "edit"):
        raise ValueError("unknown action")
    if not user["active"]:
        return False
    if user["role"] == "admin":
        return True
    owner = user["id"] == document["owner"]
    team = user["team"]
    member = team is not None and team == document["team"]
    if action == "view":
        return owner or member or document["public"]
    if document["locked"]:
        return False
    return owner or (member and user["role"] == "editor")

# %% cases
def user(number=1, team=None, role="reader", active=True):
    return {"id": number, "team": team, "role": role, "active": active}


def document(owner=2, team=None, public=False, locked=False):
    return {"owner": owner, "team": team, "public": public, "locked": locked}


def visible():
    return [
        [user(), "view", document(public=True)],
        [user(number=2), "edit", document()],
        [user(), "edit", document()],
        {"args": [user(), "delete", document()], "raises": "ValueError"},
    ]


def hidden(rng):
    cases = [
        [user(), "view", document()],
        [user(), "edit", document(public=True)],
        [user(number=2), "view", document()],
        [user(number=2), "view", document(locked=True)],
        [user(number=2), "edit", document(locked=True)],
        [user(number=2, active=False), "view", document()],
        [user(number=2, active=False), "edit", document()],
        [user(active=False), "view", document(public=True)],
        [user(role="admin"), "edit", document(locked=True)],
        [user(role="admin"), "view", document()],
        [user(role="admin", active=False), "view", document()],
        [user(role="admin", active=False), "edit", document()],
        [user(role="editor"), "edit", document()],
        [user(role="editor"), "view", document()],
        [user(role="editor", team="red"), "edit", document(team="red")],
        [user(role="editor", team="red"), "edit", document(team="blue")],
        [user(role="editor", team="red"), "edit", document(team="blue", public=True)],
        [user(role="editor", team="red"), "edit", document(team="red", locked=True)],
        [user(role="editor", team="red"), "view", document(team="red", locked=True)],
        [user(role="reader", team="red"), "edit", document(team="red")],
        [user(role="reader", team="red"), "view", document(team="red")],
        [user(role="reader", team="red"), "view", document(team="blue")],
        [user(role="reader", team="red"), "view", document()],
        [user(role="reader"), "view", document(team="red")],
        [user(number=2, team="red"), "edit", document(team="blue")],
        {"args": [user(role="admin"), "", document()], "raises": "ValueError"},
        {"args": [user(active=False), "Edit", document()], "raises": "ValueError"},
    ]
    seen = [repr(case) for case in cases]
    for _ in range(8):
        who = user(rng.choice([1, 2]), rng.choice([None, "red"]), rng.choice(["editor", "reader"]))
        what = document(2, rng.choice([None, "red"]), rng.random() < 0.5, rng.random() < 0.5)
        case = [who, rng.choice(["view", "edit"]), what]
        if repr(case) not in seen:
            seen.append(repr(case))
            cases.append(case)
    return cases

# %% bug edit_needs_only_view category=security cwe=CWE-862
def may(user, action, document):
    if action not in ("view", "edit"):
        raise ValueError("unknown action")
    if not user["active"]:
        return False
    if user["role"] == "admin":
        return True
    owner = user["id"] == document["owner"]
    team = user["team"]
    member = team is not None and team == document["team"]
    if action == "view":
        return owner or member or document["public"]
    return not document["locked"]

# %% bug shared_absence_of_a_team category=security cwe=CWE-863
def may(user, action, document):
    if action not in ("view", "edit"):
        raise ValueError("unknown action")
    if not user["active"]:
        return False
    if user["role"] == "admin":
        return True
    owner = user["id"] == document["owner"]
    member = user["team"] == document["team"]
    if action == "view":
        return owner or member or document["public"]
    if document["locked"]:
        return False
    return owner or (member and user["role"] == "editor")

# %% bug admin_before_active category=security cwe=CWE-863
def may(user, action, document):
    if action not in ("view", "edit"):
        raise ValueError("unknown action")
    owner = user["id"] == document["owner"]
    if user["role"] == "admin":
        return True
    if not user["active"]:
        return False
    team = user["team"]
    member = team is not None and team == document["team"]
    if action == "view":
        return owner or member or document["public"]
    if document["locked"]:
        return False
    return owner or (member and user["role"] == "editor")
