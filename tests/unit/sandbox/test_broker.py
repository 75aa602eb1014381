import pytest

from codearena_ray.sandbox.broker import MAX_REQUESTS, NOT_FOUND, ProcessBroker
from codearena_ray.types import Process


def test_the_fixture_answers_and_every_command_is_recorded() -> None:
    broker = ProcessBroker([Process(("ping", "-c"), "pong"), Process(("ping",), "help", 2)])
    assert broker.answer((True, ["ping -c 1 h; ls"])) == (b"pong", 127)
    assert broker.answer((False, ["ping", "h"])) == (b"help", 2)
    assert broker.answer((False, ["ls"])) == (b"", NOT_FOUND)
    assert broker.spawns == [("ping", "-c", "1", "h"), ("ls",), ("ping", "h"), ("ls",)]


@pytest.mark.parametrize(
    "asked",
    [
        None,
        (),
        (True,),
        (1, ["a"]),
        (True, "a"),
        (True, []),
        (False, [1]),
        (False, ["a"] * 300),
        (True, ["x" * 20_000]),
    ],
)
def test_a_frame_of_another_shape_is_refused(asked: object) -> None:
    with pytest.raises(ValueError, match="process"):
        ProcessBroker([]).answer(asked)


def test_the_number_of_requests_is_bounded() -> None:
    broker = ProcessBroker([])
    for _ in range(MAX_REQUESTS):
        broker.answer((False, ["a"]))
    with pytest.raises(ValueError, match="too many"):
        broker.answer((False, ["a"]))
