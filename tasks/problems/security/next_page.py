"""Choose the address to which a login page sends the user afterwards.

`target` comes from the query string, `host` is our own host name in lower
case. A target is kept as it is when it is a path on our site, beginning with
exactly one `/`, or when it is `https://` plus our host, alone or followed by
`/` and anything. Everything else gives `/`. Browsers skip white space and
control characters and read a backslash as a slash, so a target with any of
those (every character up to the space, and the backslash) gives `/`, too.
"""

# %% meta
entry_points = ["next_page"]
categories = ["security"]
comparator = "exact"
allowed_imports = []

# %% reference
def next_page(target, host):
    for char in target:
        if char <= " " or char == "\\":
            return "/"
    if target.startswith("/") and not target.startswith("//"):
        return target
    own = "https://" + host
    if target == own or target.startswith(own + "/"):
        return target
    return "/"

# %% cases
def visible():
    return [
        ["/account", "shop.example"],
        ["https://shop.example/cart?id=3", "shop.example"],
        ["https://evil.example/", "shop.example"],
    ]


def hidden(rng):
    targets = [
        "", "/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/a//b",
        "/a?u=//b",
        "/a\\b", "/\tx", "/\n/evil.example", " /account", "/two words", "x/y", "/a\u00a0b", "/a!b", "account",
        "https://shop.example", "https://shop.example.evil.example/", "https://shop.example@evil.example/",
        "https://shop.example:8080/", "https://shop.example?x=1", "http://shop.example/",
        "https:/shop.example/",
        "https://shop.example//a", "https://shop.exampl", "https://shop.example/", "javascript:alert(1)",
        "https:evil.example", "https://evil.example/shop.example", "//shop.example/a", "ftp://shop.example/",
        "HTTPS://shop.example/", "https://evil.example/https://shop.example/", "/https://evil.example",
        "\x00/account", "?next=/account", "https://shop.example/\\x", "https://shop.example/a b",
    ]
    cases = [[target, "shop.example"] for target in targets]
    cases.append(["https://shop.example/", "other.example"])
    cases.append(["https://other.example/", "other.example"])
    cases.append(["/p/%d" % rng.randrange(1000), "other.example"])
    return cases

# %% bug own_host_as_prefix category=security cwe=CWE-601
def next_page(target, host):
    for char in target:
        if char <= " " or char == "\\":
            return "/"
    if target.startswith("/") and not target.startswith("//"):
        return target
    if target.startswith("https://" + host):
        return target
    return "/"

# %% bug any_leading_slash category=security cwe=CWE-601
def next_page(target, host):
    for char in target:
        if char <= " " or char == "\\":
            return "/"
    if target.startswith("/"):
        return target
    own = "https://" + host
    if target == own or target.startswith(own + "/"):
        return target
    return "/"

# %% bug backslash_trusted category=security cwe=CWE-601
def next_page(target, host):
    if target != target.strip():
        return "/"
    if target.startswith("/") and not target.startswith("//"):
        return target
    own = "https://" + host
    if target == own or target.startswith(own + "/"):
        return target
    return "/"
