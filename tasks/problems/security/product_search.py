"""List the products of a category from the SQLite file `app.db`.

The table `products` has the columns id, name, category, price and hidden.
Return `[name, price]` lists of the products whose category equals the given
text exactly and whose `hidden` is 0, ordered by `order_by`, then by id.
Allowed orders are `name`, `price` and `id`; any other raises ValueError. Both
arguments come from a web form.
"""

# %% meta
entry_points = ["list_products"]
categories = ["security", "logic"]
comparator = "exact"
allowed_imports = ["sqlite3"]

# %% reference
import sqlite3

ORDERS = ("name", "price", "id")


def list_products(category, order_by="name"):
    """Return name and price of the visible products of a category."""
    if order_by not in ORDERS:
        raise ValueError("cannot order by that")
    query = (
        "SELECT name, price FROM products"
        " WHERE category = ? AND hidden = 0"
        " ORDER BY " + order_by + ", id"
    )
    connection = sqlite3.connect("app.db")
    try:
        rows = connection.execute(query, (category,)).fetchall()
    finally:
        connection.close()
    return [[name, price] for name, price in rows]

# %% cases
SHOP = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price INTEGER, hidden INTEGER);
INSERT INTO products VALUES (1, 'teapot', 'kitchen', 30, 0);
INSERT INTO products VALUES (2, 'ladle', 'kitchen', 8, 0);
INSERT INTO products VALUES (3, 'prototype pan', 'kitchen', 99, 1);
INSERT INTO products VALUES (4, 'apron', 'kitchen', 30, 0);
INSERT INTO products VALUES (5, 'ladle', 'kitchen', 7, 0);
INSERT INTO products VALUES (6, 'boots', 'men''s', 80, 0);
INSERT INTO products VALUES (7, 'secret boots', 'men''s', 60, 1);
INSERT INTO products VALUES (8, 'odd', 'x'' OR ''1''=''1', 5, 0);
INSERT INTO products VALUES (9, 'dash', '50% -- off', 4, 0);
"""


def call(*args, **extra):
    return {"args": list(args), "sqlite": SHOP, **extra}


def visible():
    return [call("kitchen"), call("kitchen", "price"), call("kitchen", "colour", raises="ValueError")]


def hidden(rng):
    cases = [
        call("kitchen", "id"),
        call("kitchen", "name"),
        call("men's"),
        call("men's", "price"),
        call("x' OR '1'='1"),
        call("x' OR '1'='1", "price"),
        call("50% -- off"),
        call("kitchen' -- "),
        call("kitchen' OR hidden = 1 -- "),
        call("' UNION SELECT name, price FROM products -- "),
        call("%"),
        call("kitchen%"),
        call("Kitchen"),
        call(""),
        call("nothing"),
        call("'"),
        call("kitchen", "hidden", raises="ValueError"),
        call("kitchen", "", raises="ValueError"),
        call("kitchen", "price DESC", raises="ValueError"),
        call("kitchen", "id LIMIT 1 --", raises="ValueError"),
        call("kitchen", "(SELECT price FROM products WHERE hidden = 1)", raises="ValueError"),
        call("kitchen", "Name", raises="ValueError"),
    ]
    rows = []
    for number in range(12):
        values = (number, rng.choice("abc"), rng.choice("pq"), rng.randrange(4), rng.randrange(2))
        rows.append("INSERT INTO products VALUES (%d, '%s', '%s', %d, %d);" % values)
    script = SHOP.split(";")[0] + ";" + "\n".join(rows)
    for order in ("name", "price", "id"):
        cases.append({"args": ["p", order], "sqlite": script})
    return cases

# %% bug category_in_query category=security cwe=CWE-89
import sqlite3

ORDERS = ("name", "price", "id")


def list_products(category, order_by="name"):
    """Return name and price of the visible products of a category."""
    if order_by not in ORDERS:
        raise ValueError("cannot order by that")
    query = (
        "SELECT name, price FROM products"
        " WHERE category = '" + category + "' AND hidden = 0"
        " ORDER BY " + order_by + ", id"
    )
    connection = sqlite3.connect("app.db")
    try:
        rows = connection.execute(query).fetchall()
    finally:
        connection.close()
    return [[name, price] for name, price in rows]

# %% bug order_by_any_text category=security cwe=CWE-89
import sqlite3

ORDERS = ("name", "price", "id")


def list_products(category, order_by="name"):
    """Return name and price of the visible products of a category."""
    if not order_by.startswith(ORDERS):
        raise ValueError("cannot order by that")
    query = (
        "SELECT name, price FROM products"
        " WHERE category = ? AND hidden = 0"
        " ORDER BY " + order_by + ", id"
    )
    connection = sqlite3.connect("app.db")
    try:
        rows = connection.execute(query, (category,)).fetchall()
    finally:
        connection.close()
    return [[name, price] for name, price in rows]

# %% bug hidden_rows_shown category=logic
import sqlite3

ORDERS = ("name", "price", "id")


def list_products(category, order_by="name"):
    """Return name and price of the visible products of a category."""
    if order_by not in ORDERS:
        raise ValueError("cannot order by that")
    query = (
        "SELECT name, price FROM products"
        " WHERE category = ?"
        " ORDER BY " + order_by + ", id"
    )
    connection = sqlite3.connect("app.db")
    try:
        rows = connection.execute(query, (category,)).fetchall()
    finally:
        connection.close()
    return [[name, price] for name, price in rows]
