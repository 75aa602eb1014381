"""Parsing from many threads at once, which CPython 3.11 does not survive by itself."""

from concurrent.futures import ThreadPoolExecutor

from codearena_ray.python_source import parse_python


def test_many_threads_may_parse_at_once():
    programs = ["def f(x):\n" + "    x = [(x + 1) * (x - 1), {x: [x]}]\n" * n for n in range(1, 60)]
    with ThreadPoolExecutor(16) as pool:
        trees = list(pool.map(parse_python, programs * 20))
    assert len(trees) == 59 * 20
