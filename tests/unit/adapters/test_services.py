"""Requests resolved by a grader and a judge."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders.episodes import BUGGY, FIXED, HALF, REPORTS, make_task
from builders.graders import TableGrader, TableJudge, table_services

from codearena_ray.adapters.services import (
    LocalServices,
    Services,
    close_shared_services,
    shared_services,
)
from codearena_ray.config import Config, DeadlinesConfig, parse_config
from codearena_ray.env.exchange import JudgeRequest, RunRequest
from codearena_ray.errors import JudgeError, SandboxError
from codearena_ray.types import JudgeVerdict


def test_programs_of_one_task_go_to_the_grader_in_one_call_within_the_deadline():
    grader, task = TableGrader(), make_task()
    services = Services(grader, TableJudge(), DeadlinesConfig(sandbox_s=7))
    results = services.resolve([RunRequest("a", task, BUGGY), RunRequest("b", task, FIXED)])
    assert results == {"a": REPORTS[BUGGY], "b": REPORTS[FIXED]}
    assert grader.calls == [("double-1", (BUGGY, FIXED), 7)]


def test_a_verdict_comes_within_its_own_deadline():
    judge = TableJudge(JudgeVerdict(0.5, None, None), "correctness")
    services = Services(TableGrader(), judge, DeadlinesConfig(judge_s=3))
    assert services.resolve([JudgeRequest("j", make_task(), BUGGY)]) == {"j": judge.verdict}
    assert judge.deadlines == [3]
    assert services.judge_axes == {"correctness"}


def test_an_infrastructure_error_is_the_result_of_what_it_hit_and_of_nothing_else():
    grader, task, other = TableGrader(), make_task(), make_task(id="other")
    grader.failing[HALF] = SandboxError("slot died")
    services = Services(grader, TableJudge(JudgeError("down")))
    requests = [
        RunRequest("a", task, HALF),
        RunRequest("b", task, FIXED),
        RunRequest("c", other, FIXED),
        JudgeRequest("j", task, FIXED),
    ]
    results = services.resolve(requests)
    assert results["a"] is results["b"] is grader.failing[HALF]
    assert results["c"] == REPORTS[FIXED]
    assert isinstance(results["j"], JudgeError)


def test_a_defect_is_raised_and_not_taken_for_the_machines_fault():
    class Broken(TableGrader):
        def grade(self, task, codes, *, deadline_s):
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        Services(Broken(), TableJudge()).resolve([RunRequest("a", make_task(), FIXED)])


def test_reports_that_are_too_few_are_the_machines_fault():
    class Short(TableGrader):
        def grade(self, task, codes, *, deadline_s):
            return []

    results = Services(Short(), TableJudge()).resolve([RunRequest("a", make_task(), FIXED)])
    assert isinstance(results["a"], SandboxError)


def test_equal_factories_share_one_instance_and_it_is_closed_once():
    closed = []

    class Factory:
        def __eq__(self, other):
            return isinstance(other, Factory)

        def __hash__(self):
            return 1

        def __call__(self):
            return Services(TableGrader(), TableJudge(), close=lambda: closed.append(1))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared_services(Factory()), range(32)))
    assert len(set(map(id, found))) == 1
    close_shared_services()
    found[0].close()
    assert closed == [1]
    assert shared_services(Factory()) is not found[0]
    close_shared_services()


def test_services_that_are_given_are_used_as_they_are():
    services = table_services()
    assert shared_services(services) is services


def test_the_local_factory_is_picklable_and_equal_for_equal_settings():
    config = parse_config({"sandbox": {"num_slots": 3}})
    factory = LocalServices.of(config)
    assert pickle.loads(pickle.dumps(factory)) == factory
    assert hash(factory) == hash(LocalServices.of(parse_config({"sandbox": {"num_slots": 3}})))
    assert factory != LocalServices.of(Config())


def test_services_are_not_copied_and_say_so_when_they_are_sent_away():
    services = table_services()
    assert copy.deepcopy({"services": services})["services"] is services
    with pytest.raises(TypeError, match="factory"):
        pickle.dumps(services)
