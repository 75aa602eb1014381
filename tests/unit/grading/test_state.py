from __future__ import annotations

import ast

import pytest

from codearena_ray.grading.state import carries_no_state

STATELESS = [
    "def f(a):\n    return sorted(a)[0]",
    "LIMIT = 10 ** 9 + 7\nNAMES = ('a', ('b', 2))\ndef f(a, k=1, *, j=(1, 2)):\n    return a % LIMIT",
    "import math\nfrom collections import deque, Counter\ndef f(a): return math.sqrt(len(Counter(a)))",
    "def f(a):\n    seen = set()\n    def g(x):\n        seen.add(x)\n    for x in a: g(x)\n    return seen",
    "def f(a):\n    match a:\n        case [x, *y]: return x\n    raise ValueError(f'{a!r}')",
    "class A(Exception):\n    '''Doc.'''\n    code = 3\n    def m(self): return self.code",
]

STATEFUL = [
    "M = []\ndef f(a):\n    M.append(a)\n    return M",
    "M = {}\ndef f(a): return M",
    "M = (1, [])\ndef f(a): return M",
    "def f(a, m=[]):\n    m.append(a)\n    return m",
    "def f(a, *, m={}): return m",
    "g = lambda a, m=[]: m",
    "n = 0\ndef f(a):\n    global n\n    n += 1\n    return n",
    "def make():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g\nf = make()",
    "def f(a):\n    f.n = a\n    return a",
    "def f(a):\n    return f.__dict__",
    "def f(a):\n    return f.__defaults__",
    "def f(self):\n    self.x = 1\ndef g(a): f(g)",
    "class A:\n    items = []\n    def m(self): return self.items",
    "class A:\n    def __init__(self): self.x = 1",
    "def make():\n    x = []\n    class B:\n        def m(self, v): x.append(v)\nclass A(make()): pass",
    "from functools import lru_cache\n@lru_cache\ndef f(a): return a",
    "import functools\ndef f(a): return a",
    "import sys\ndef f(a): return a",
    "import random\ndef f(a): return random.random()",
    "import re\ndef f(a): re.copyreg.dispatch_table[int] = a",
    "from collections import abc\ndef f(a): return a",
    "from operator import *\ndef f(a): return a",
    "import operator\ndef f(a): return operator.attrgetter('__globals__')(f)",
    "from operator import attrgetter as g\ndef f(a): return g('x')(f)",
    "def f(a):\n    match f:\n        case object(__globals__=g): g['x'] = a",
    "def f(a):\n    return getattr(f, '__glo' + 'bals__')",
    "def f(a):\n    globals()['x'] = a",
    "def f(a):\n    exec('x = 1', {})",
    "def f(a):\n    open('x', 'w')",
    "def f(a):\n    print(a)",
    "def f(a):\n    return input()",
    "def f(a):\n    setattr(f, 'x', a)",
    "def f(a):\n    for f.x in a: pass",
    "def f(a):\n    return (lambda: 0).__code__",
    "def f(a):\n    g = (x for x in a)\n    return g.gi_frame.f_globals",
    "def f(a):\n    try: 1/0\n    except Exception as e: return e.__traceback__",
    "async def f(a): return a",
    "for i in range(3): pass",
    "x = make()",
    "def f(a):\n    return __builtins__",
    "def f(a):\n    import os\n    return a",
    "class A(metaclass=M): pass",
    "@g\nclass A: pass",
    "class A:\n    def __getattr__(self, n): return n",
    "class A:\n    def __del__(self): pass",
    "del f",
]


@pytest.mark.parametrize("code", STATELESS)
def test_plain_programs_may_share_a_child(code: str) -> None:
    assert carries_no_state(ast.parse(code))


@pytest.mark.parametrize("code", STATEFUL)
def test_programs_that_may_keep_something_get_a_child_per_case(code: str) -> None:
    assert not carries_no_state(ast.parse(code))
