"""Text spaces over all of Unicode, and observations as their members."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from builders.episodes import begin, make_arena
from gymnasium.spaces import Text
from gymnasium.spaces.utils import flatten, unflatten

from codearena_ray.adapters.spaces import (
    ALPHABET,
    UnicodeText,
    action_space,
    observation_space,
    observation_values,
)
from codearena_ray.config import EnvConfig


@pytest.mark.parametrize("text", ["", "plain", "naïve ≠ 🐍", "\x00\n\t", "\U0010ffff"])
def test_any_text_that_can_be_encoded_is_a_member(text):
    assert text in UnicodeText(10)


@pytest.mark.parametrize("value", ["\ud800", "x" * 11, b"bytes", 3, None])
def test_surrogates_longer_texts_and_other_types_are_no_members(value):
    assert value not in UnicodeText(10)


def test_samples_repeat_with_the_seed_and_are_members():
    first, second = UnicodeText(1000, seed=7), UnicodeText(1000, seed=7)
    samples = [first.sample() for _ in range(5)]
    assert samples == [second.sample() for _ in range(5)]
    assert all(sample in first for sample in samples)
    assert len(set(samples)) == 5


def test_a_mask_of_length_and_characters_is_respected():
    space = UnicodeText(10, seed=1)
    mask = np.zeros(len(ALPHABET), dtype=np.int8)
    mask[ALPHABET.index("a")] = 1
    assert space.sample(mask=(4, mask)) == "aaaa"


def test_equality_and_hash_go_by_length_alone():
    assert UnicodeText(10) == UnicodeText(10)
    assert hash(UnicodeText(10)) == hash(UnicodeText(10))
    assert UnicodeText(10) != UnicodeText(11)
    assert UnicodeText(10) != Text(10)


def test_the_observation_space_is_small_when_pickled_and_survives_it():
    space = observation_space(EnvConfig())
    assert len(pickle.dumps(space)) < 4096
    assert pickle.loads(pickle.dumps(space)) == space == copy.deepcopy(space)


def test_the_alphabet_maps_characters_to_indices_and_back():
    for character in ("\x00", "a", "\ud7ff", "\ue000", "\U0010ffff"):
        assert ALPHABET[ALPHABET.index(character)] == character
    assert ALPHABET[-1] == "\U0010ffff"
    assert "\udfff" not in ALPHABET
    with pytest.raises(IndexError):
        ALPHABET[len(ALPHABET)]


def test_texts_flatten_to_indices_and_come_back():
    space = UnicodeText(5)
    assert unflatten(space, flatten(space, "a🐍")) == "a🐍"


def test_what_an_arena_shows_is_a_member_of_the_observation_space():
    config = EnvConfig()
    shown = begin(make_arena()).observations["fixer_0"]
    assert observation_values(shown) in observation_space(config)
    assert set(observation_values(shown)) == {
        "statement",
        "code",
        "error_log",
        "test_results",
        "feedback",
        "steps_left",
        "best_score",
        "agent_view",
    }


def test_an_action_may_be_as_long_as_an_answer_that_is_read():
    assert action_space(EnvConfig(max_code_chars=1000)).max_length == 4000
