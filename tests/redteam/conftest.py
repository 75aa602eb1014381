from collections.abc import Callable, Iterator

import pytest

from codearena_ray.errors import IsolationError
from codearena_ray.sandbox import Reply, Slot, detect_isolation
from codearena_ray.types import Fixture, Limits, SandboxReport, Step

PROFILES = ("root", "user", "shared")
Run = Callable[..., Reply]
LIMITS = Limits()


def offered_profiles() -> list[str]:
    """The profiles that work on this machine. None at all is a failure, not a reason to skip."""
    offered = []
    for profile in PROFILES:
        try:
            offered.append(detect_isolation(profile).profile)
        except IsolationError:
            continue
    return offered or ["auto"]


@pytest.fixture(scope="package", params=offered_profiles())
def slot(request: pytest.FixtureRequest) -> Iterator[Slot]:
    with Slot(detect_isolation(request.param)) as made:
        yield made


@pytest.fixture
def run(slot: Slot) -> Iterator[Run]:
    """Run `attack(*args)` of a program and return its reply; afterwards an honest program must still work."""

    def runner(
        code: str,
        *args: object,
        limits: Limits = LIMITS,
        fixture: Fixture | None = None,
    ) -> Reply:
        with slot.open(code, limits=limits, fixture=fixture) as session:
            return session.call([Step("attack", args)])[0]

    yield runner
    assert runner("def attack(x):\n    return x + 1\n", 41).value == 42


@pytest.fixture
def report(slot: Slot) -> Callable[..., tuple[Reply, SandboxReport]]:
    """Like `run`, with the sandbox report."""

    def runner(
        code: str, *args: object, limits: Limits = LIMITS, fixture: Fixture | None = None
    ) -> tuple[Reply, SandboxReport]:
        with slot.open(code, limits=limits, fixture=fixture) as session:
            reply = session.call([Step("attack", args)])[0]
            return reply, session.finish()

    return runner
