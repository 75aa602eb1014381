"""Return the text of a page from the folder `pages` in the working directory.

`name` is a relative path that comes from a web address. Sub-folders are fine,
and so is `..` as long as the result stays below `pages`. A name that leads
anywhere else, the folder itself included, raises PermissionError whether or
not there is such a file. A page that does not exist raises
FileNotFoundError.
"""

# %% meta
entry_points = ["read_page"]
categories = ["security"]
comparator = "exact"
allowed_imports = ["os"]

# %% reference
import os


def read_page(name):
    root = os.path.realpath("pages")
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(root + os.sep):
        raise PermissionError("outside the pages")
    with open(path) as page:
        return page.read()

# %% cases
FILES = {
    "pages/index.txt": "welcome",
    "pages/guide/intro.txt": "first steps",
    "pages/guide/..odd.txt": "odd name",
    "pages/a..b.txt": "two dots",
    "pages/empty.txt": "",
    "pages_private/plan.txt": "private plan",
    "secret.txt": "top secret",
}


def call(name, **extra):
    return {"args": [name], "files": FILES, **extra}


def visible():
    return [
        call("index.txt"),
        call("guide/intro.txt"),
        call("../secret.txt", raises="PermissionError"),
    ]


def hidden(rng):
    good = ["empty.txt", "guide/../index.txt", "./index.txt", "guide/..odd.txt", "a..b.txt"]
    good += ["guide//intro.txt", "../pages/index.txt", "guide/./intro.txt", "guide/../guide/../a..b.txt"]
    cases = [call(name) for name in good]
    bad = [
        "../pages_private/plan.txt", "guide/../../secret.txt", "../pages/../secret.txt", "/etc/passwd", "..",
        ".", "", "guide/..", "../missing.txt", "guide/../../pages_private/plan.txt", "/secret.txt",
        "../pages_private", "./../secret.txt", "../app/../secret.txt",
    ]
    cases += [call(name, raises="PermissionError") for name in bad]
    missing = ["missing.txt", "guide/missing.txt", "....//secret.txt", "..././secret.txt", "%2e%2e/x"]
    for name in missing:
        cases.append(call(name, raises="FileNotFoundError"))
    rng.shuffle(cases)
    return cases

# %% bug no_check category=security cwe=CWE-22
import os


def read_page(name):
    root = os.path.realpath("pages")
    path = os.path.realpath(os.path.join(root, name))
    if path == root:
        raise PermissionError("outside the pages")
    with open(path) as page:
        return page.read()

# %% bug prefix_without_separator category=security cwe=CWE-22
import os


def read_page(name):
    root = os.path.realpath("pages")
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(root) or path == root:
        raise PermissionError("outside the pages")
    with open(path) as page:
        return page.read()

# %% bug dots_removed_once category=security cwe=CWE-22
import os


def read_page(name):
    root = os.path.realpath("pages")
    name = name.replace("../", "")
    path = os.path.join(root, name)
    if os.path.isabs(name) or os.path.realpath(path) == root:
        raise PermissionError("outside the pages")
    with open(path) as page:
        return page.read()
