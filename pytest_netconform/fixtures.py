"""Fixtures for tests in Python that use the same machinery: `target` and `target_factory`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .session import RUN

if TYPE_CHECKING:
    from .actors.client import Client
    from .actors.tcp import TcpActor
    from .actors.udp import UdpActor
    from .target import Instance, Log, Vitals


class RunningTarget:
    """A running server: where it listens, what it printed, and clients for it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._actors: list[Client] = []

    @property
    def host(self) -> str:
        return self.instance.host

    @property
    def port(self) -> int:
        return self.instance.port

    @property
    def pid(self) -> int:
        """Of the process that the command line started."""
        return self.instance.pid

    @property
    def log(self) -> Log:
        """Everything that the server printed so far."""
        return self.instance.log

    def vitals(self) -> Vitals:
        """Processes, threads, descriptors, memory and processor time of the server's process tree."""
        return self.instance.vitals()

    def connect(self, name: str = "client") -> TcpActor:
        """A connected TCP client; it is closed when the test ends."""
        from .actors.tcp import TcpActor

        actor = TcpActor(name, self.instance, lambda *_: None)
        self._actors.append(actor)
        actor.connect()
        return actor

    def connect_udp(self, name: str = "client") -> UdpActor:
        """A UDP client of a server that takes datagrams; it is closed when the test ends."""
        from .actors.udp import UdpActor

        actor = UdpActor(name, self.instance, lambda *_: None)
        self._actors.append(actor)
        actor.connect()
        return actor

    def stop(self) -> None:
        """End the server and everything that it started."""
        for actor in self._actors:
            actor.close()
        self.instance.stop()


TargetFactory = Callable[..., RunningTarget]


@pytest.fixture
def target_factory(request: pytest.FixtureRequest) -> Iterator[TargetFactory]:
    """Starts servers by their command lines: `target_factory("python srv.py")`, several at once.

    Keyword arguments are those of `pytest_netconform.target.Target`: cwd, env, port, start_timeout,
    transport.
    Returns when the server listens; all are stopped when the test ends.
    """
    running: list[RunningTarget] = []

    def start(command: str, **how: Any) -> RunningTarget:
        from .target import Target, parse_target

        name, rest = parse_target(command, len(running))
        how.setdefault("cwd", request.config.invocation_params.dir)
        started = RunningTarget(Target(name, rest, **how).start())
        running.append(started)
        return started

    yield start
    for one in running:
        one.stop()


@pytest.fixture(scope="session")
def netconform_target_name(request: pytest.FixtureRequest) -> str:
    """The name of the target that a test is for; the plugin gives one for each target."""
    name: str = getattr(request, "param", "")
    return name


@pytest.fixture
def target(netconform_target_name: str, request: pytest.FixtureRequest) -> Iterator[RunningTarget]:
    """A running instance of the target given by --target, fresh for each test."""
    targets = request.config.stash[RUN].targets
    if not targets:
        pytest.skip("no target: say which server to test, as in --target 'python mysrv.py'")
    running = RunningTarget(targets[netconform_target_name].start())
    yield running
    running.stop()
