"""Simulate one worker that always takes the shortest job that is waiting.

Each job is a triple (name, arrival, duration), in any order of arrival. The
worker never interrupts a job. When it is free it takes the waiting job with the
smallest duration; ties go to the earlier arrival, then to the smaller name. If
nothing waits, it idles until the next arrival; a job that arrives at the moment
the worker becomes free is already waiting. Return the list of (name, finish
time) in the order of finishing.
"""

# %% meta
entry_points = ["dispatch_jobs"]
categories = ["logic", "type"]
comparator = "exact"
allowed_imports = ["heapq"]

# %% reference
import heapq


def dispatch_jobs(jobs):
    arrivals = sorted(jobs, key=lambda job: job[1])
    waiting = []
    finished = []
    clock = 0
    upcoming = 0
    while waiting or upcoming < len(arrivals):
        if not waiting:
            clock = max(clock, arrivals[upcoming][1])
        while upcoming < len(arrivals) and arrivals[upcoming][1] <= clock:
            name, arrival, duration = arrivals[upcoming]
            heapq.heappush(waiting, (duration, arrival, name))
            upcoming += 1
        duration, arrival, name = heapq.heappop(waiting)
        clock += duration
        finished.append((name, clock))
    return finished

# %% cases
def visible():
    return [
        [[("scan", 0, 5), ("mail", 1, 4), ("ping", 2, 1)]],
        [[("late", 10, 2)]],
        [[]],
    ]


def hidden(rng):
    cases = [
        [[("a", 0, 1)]],
        [[("a", 3, 2), ("b", 0, 1)]],
        [[("b", 0, 2), ("a", 0, 2)]],
        [[("a", 0, 3), ("z", 1, 2), ("b", 2, 2)]],
        [[("a", 0, 3), ("b", 3, 1), ("c", 1, 2)]],
        [[("a", 0, 3), ("b", 4, 1), ("c", 1, 2)]],
        [[("a", 0, 2), ("b", 2, 2), ("c", 9, 1)]],
        [[("a", 0, 0), ("b", 0, 0)]],
        [[("long", 0, 9), ("x", 0, 1), ("y", 0, 1), ("w", 1, 1)]],
        [[("c", 5, 5), ("b", 5, 3), ("a", 5, 4)]],
        [[("p", 1, 4), ("q", 20, 1), ("r", 2, 4), ("s", 20, 1)]],
        [[("a", 0, 10), ("d", 4, 2), ("c", 3, 2), ("b", 2, 3)]],
        [[("a", 2, 3), ("b", 1, 3), ("c", 0, 1)]],
    ]
    for n in (6, 8, 10):
        jobs = [
            ("job%d" % i, rng.randrange(12), rng.randrange(1, 5)) for i in range(n)
        ]
        rng.shuffle(jobs)
        cases.append([jobs])
    return cases

# %% bug sorted_by_duration_only category=logic
def dispatch_jobs(jobs):
    clock = 0
    finished = []
    for name, arrival, duration in sorted(jobs, key=lambda job: (job[2], job[1], job[0])):
        clock = max(clock, arrival) + duration
        finished.append((name, clock))
    return finished

# %% bug arrival_at_finish_missed category=logic
import heapq


def dispatch_jobs(jobs):
    arrivals = sorted(jobs, key=lambda job: job[1])
    waiting = []
    finished = []
    clock = 0
    upcoming = 0
    while waiting or upcoming < len(arrivals):
        if not waiting:
            name, arrival, duration = arrivals[upcoming]
            clock = max(clock, arrival)
            heapq.heappush(waiting, (duration, arrival, name))
            upcoming += 1
        while upcoming < len(arrivals) and arrivals[upcoming][1] < clock:
            name, arrival, duration = arrivals[upcoming]
            heapq.heappush(waiting, (duration, arrival, name))
            upcoming += 1
        duration, arrival, name = heapq.heappop(waiting)
        clock += duration
        finished.append((name, clock))
    return finished

# %% bug unpacks_in_job_order category=type
import heapq


def dispatch_jobs(jobs):
    arrivals = sorted(jobs, key=lambda job: job[1])
    waiting = []
    finished = []
    clock = 0
    upcoming = 0
    while waiting or upcoming < len(arrivals):
        if not waiting:
            clock = max(clock, arrivals[upcoming][1])
        while upcoming < len(arrivals) and arrivals[upcoming][1] <= clock:
            name, arrival, duration = arrivals[upcoming]
            heapq.heappush(waiting, (duration, arrival, name))
            upcoming += 1
        name, arrival, duration = heapq.heappop(waiting)
        clock += duration
        finished.append((name, clock))
    return finished
