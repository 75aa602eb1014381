"""Make the HTML of one reader's comment.

The result is `<p><a href="LINK">AUTHOR</a>: TEXT</p>`, or without a usable
link `<p>AUTHOR: TEXT</p>`. In all three parts the characters `&`, `<`, `>`,
`"` and `'` are written as `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&#39;`. A link
is usable when, after stripping white space at its ends, it begins with
`http://` or `https://` in any case; it is written in its stripped form. An
author who is empty or blank is written as `anonymous`.
"""

# %% meta
entry_points = ["comment_html"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = []

# %% reference
def escape(text):
    """Return text that is safe in HTML content and attributes."""
    text = text.replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def comment_html(author, link, text):
    """Return the paragraph for one comment."""
    name = escape(author if author.strip() else "anonymous")
    link = link.strip()
    if link.lower().startswith(("http://", "https://")):
        name = '<a href="' + escape(link) + '">' + name + "</a>"
    return "<p>" + name + ": " + escape(text) + "</p>"

# %% cases
def visible():
    return [
        ["Ann", "", "Nice & short"],
        ["Bob", "https://bob.example/", "hello"],
        ["Eve", "javascript:alert(1)", "<b>hi</b>"],
    ]


def hidden(rng):
    ok = "http://x.example/"
    cases = [
        ["", "", ""],
        ["   ", ok, "text"],
        [" Ann ", ok, " text "],
        ["Ann", ok, "<script>alert(1)</script>"],
        ["<img src=x>", ok, "x"],
        ["<b>Ann</b>", "", "x"],
        ["Ann", "http://x.example/\" onclick=\"steal()", "x"],
        ["Ann", "http://x.example/' onclick='steal()", "x"],
        ["Ann", "http://x.example/?a=1&b=2", "x"],
        ["Ann", "http://x.example/><script>", "x"],
        ["Ann", "HTTPS://X.example/Path", "x"],
        ["Ann", "  https://x.example/ \n", "x"],
        ["Ann", "JavaScript:alert(1)", "x"],
        ["Ann", " javascript:alert('http://x')", "x"],
        ["Ann", "data:text/html,http://x", "x"],
        ["Ann", "//x.example/", "x"],
        ["Ann", "http:/x.example", "x"],
        ["Ann", "https://bob.example/a", "x"],
        ["Ann", "https:/b.example", "x"],
        ["Ann", "https:x.example", "x"],
        ["Ann", "ftp://x.example/", "x"],
        ["Ann", "http://", "x"],
        ["Ann", "", "&lt; stays visible as typed"],
        ["Ann", "", "\"double\" and 'single'"],
        ["O'Neil & Co", ok, "1 < 2 > 0"],
        ["Ann", "vbscript:http://x", "x"],
    ]
    for _ in range(3):
        pieces = ["<", ">", "&", '"', "'", "a", ";"]
        cases.append(["A" + rng.choice(pieces), ok, "".join(rng.choice(pieces) for _ in range(12))])
    return cases

# %% bug text_not_escaped category=security cwe=CWE-79
def escape(text):
    """Return text that is safe in HTML content and attributes."""
    text = text.replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def comment_html(author, link, text):
    """Return the paragraph for one comment."""
    name = escape(author if author.strip() else "anonymous")
    link = link.strip()
    if link.lower().startswith(("http://", "https://")):
        name = '<a href="' + escape(link) + '">' + name + "</a>"
    return "<p>" + name + ": " + text + "</p>"

# %% bug quotes_pass category=security cwe=CWE-79
def escape(text):
    """Return text that is safe in HTML content and attributes."""
    text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def comment_html(author, link, text):
    """Return the paragraph for one comment."""
    name = escape(author if author.strip() else "anonymous")
    link = link.strip()
    if link.lower().startswith(("http://", "https://")):
        name = '<a href="' + escape(link) + '">' + name + "</a>"
    return "<p>" + name + ": " + escape(text) + "</p>"

# %% bug script_links category=security cwe=CWE-83
def escape(text):
    """Return text that is safe in HTML content and attributes."""
    text = text.replace("&", "&amp;")
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def comment_html(author, link, text):
    """Return the paragraph for one comment."""
    name = escape(author if author.strip() else "anonymous")
    link = link.strip()
    if link and not link.startswith("javascript:"):
        name = '<a href="' + escape(link) + '">' + name + "</a>"
    return "<p>" + name + ": " + escape(text) + "</p>"

# %% bug ampersand_last category=logic
def escape(text):
    """Return text that is safe in HTML content and attributes."""
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace('"', "&quot;").replace("'", "&#39;")
    return text.replace("&", "&amp;")


def comment_html(author, link, text):
    """Return the paragraph for one comment."""
    name = escape(author if author.strip() else "anonymous")
    link = link.strip()
    if link.lower().startswith(("http://", "https://")):
        name = '<a href="' + escape(link) + '">' + name + "</a>"
    return "<p>" + name + ": " + escape(text) + "</p>"
