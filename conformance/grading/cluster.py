"""Where the jobs of a class are done: on a cluster of Dask, whose workers may be other machines.

A job carries all the files that it needs and its result comes back as bytes: nothing relies on a shared file system.
The scheduler gives the jobs of a worker that is lost to another one. It cannot stop a job that has begun: so each
worker knows the processes of its jobs, and ends those of a run that is over.
"""

import asyncio
from collections import defaultdict
from concurrent.futures import Future
from contextlib import suppress
from typing import Final
from uuid import uuid4

import msgspec
from distributed import Client
from msgspec import Struct

from conformance.grading.environment import Environment, environment
from conformance.grading.errors import ClassError
from conformance.grading.job import judge_apart
from conformance.grading.pool import Watched
from conformance.messages import say, text
from conformance.records.errors import SandboxError, Unusable
from conformance.sandbox.client import start_sandboxes

CONNECTED_WITHIN_S: Final = 10
WANTED: Final = "full"
"""The tier that each worker must have: it judges programs of strangers."""


class Place(Struct, frozen=True, kw_only=True):
    """A worker, as it is seen before anything is judged."""

    environment: Environment
    tier: str
    """Or why it can judge nothing."""


def examined() -> bytes:
    """Return what this worker judges with, encoded."""
    return msgspec.msgpack.encode(Place(environment=environment(), tier=_tier()))


_RUNS: Final[defaultdict[str, Watched]] = defaultdict(Watched)
"""In a worker: the jobs that are under way there, by the run that they belong to."""


def judge_here(run: str, job: bytes) -> bytes:
    """Do a job of a run on this worker."""
    return judge_apart(job, _RUNS[run].watch)


async def end_jobs(run: str) -> None:
    """End the jobs of a run on this worker, and each that begins from now on. Meanwhile the worker answers others."""
    await asyncio.to_thread(_RUNS[run].end)


def _tier() -> str:
    """Return in which tier programs are judged here; or why none can be."""
    try:
        with start_sandboxes(1)[0] as sandbox:
            return sandbox.isolation.tier
    except (SandboxError, Unusable) as problem:
        return str(problem)


class Cluster:
    """The workers of a scheduler; see `Pool`."""

    def __init__(self, address: str) -> None:
        """Connect to a scheduler. Raises `ClassError` where there is none."""
        try:
            self._client = Client(address, timeout=CONNECTED_WITHIN_S, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise ClassError(say("cluster.no-scheduler", address=address, why=str(problem))) from problem
        self._executor = self._client.get_executor(pure=False)
        self._address = address
        self._run = uuid4().hex

    @property
    def size(self) -> int:
        """See `Pool`."""
        threads: dict[str, int] = self._client.nthreads()
        return max(sum(threads.values()), 1)

    def environment(self) -> Environment:
        """See `Pool`."""
        try:
            self._client.wait_for_workers(1, timeout=CONNECTED_WITHIN_S)
        except TimeoutError as problem:
            raise ClassError(say("cluster.no-worker", address=self._address)) from problem
        answers = self._client.run(examined)
        places = {worker: msgspec.msgpack.decode(answer, type=Place) for worker, answer in sorted(answers.items())}
        for worker, place in places.items():
            if place.tier != WANTED:
                raise ClassError(say("cluster.tier", worker=worker, tier=place.tier))
        first, *others = places
        ours = environment()
        for worker in others:
            _compare(places[worker].environment, places[first].environment, worker, first)
        _compare(
            msgspec.structs.replace(places[first].environment, tools=ours.tools), ours, first, text("cluster.here")
        )
        return places[first].environment

    def submit(self, job: bytes) -> "Future[bytes]":
        """See `Pool`."""
        future: Future[bytes] = self._executor.submit(judge_here, self._run, job)
        return future

    def close(self) -> None:
        """See `Pool`."""
        self._executor.shutdown(wait=False)  # what has not begun, never does
        with suppress(OSError, TimeoutError):  # where the scheduler is gone, nothing can be said to the workers
            self._client.run(end_jobs, self._run, on_error="ignore")
        self._client.close()


def _compare(one: Environment, another: Environment, worker: str, beside: str) -> None:
    """Raise `ClassError` where two places judge with something else."""
    mine, its = (_parts(place) for place in (one, another))
    for name, value in mine.items():
        if value != its[name]:
            other = its[name] or "-"
            why = say("cluster.differs", worker=worker, what=name, has=value or "-", beside=beside, other=other)
            raise ClassError(why)


def _parts(place: Environment) -> dict[str, str]:
    return {"offhook": place.version, "catalogue": place.catalogue, "scenarios": place.scenarios, **place.tools}
