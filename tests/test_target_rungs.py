"""How far servers are shut in: the highest rung that works here, why it is no higher, and what lifts it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import rungs
from pytest_netconform.target import start as start_module
from pytest_netconform.target.rungs import MEANING, RUNGS, Standing, stand

REFUSAL = "this machine allows no box: make a user namespace: Operation not permitted"
REMEDY = "in a container: --security-opt seccomp=unconfined, or Podman"


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(*_: object) -> None:
        raise EnvironmentFault(REFUSAL)

    monkeypatch.setattr(start_module, "launch", launch)


@pytest.fixture
def without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "version", lambda: 0)


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("wanted", ["auto", "box"])
def test_the_box_is_taken_where_it_works(wanted: str) -> None:
    assert stand(wanted) == Standing("box")


@pytest.mark.usefixtures("refused")
def test_without_a_box_landlock_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "version", lambda: 6)
    found = stand("auto")
    assert found == Standing("landlock", REFUSAL, REMEDY)
    assert str(found).splitlines() == [
        f"sandbox landlock: {MEANING['landlock']}",
        f"  no box: {REFUSAL}",
        f"  try: {REMEDY}",
    ]


@pytest.mark.usefixtures("refused", "without_landlock")
def test_without_landlock_too_processes_are_taken() -> None:
    assert stand("auto") == Standing("process", REFUSAL, REMEDY)


@pytest.mark.usefixtures("refused")
def test_a_box_that_is_demanded_and_refused_is_an_error_that_names_the_remedy() -> None:
    with pytest.raises(EnvironmentFault) as caught:
        stand("box")
    assert str(caught.value) == f"{REFUSAL}; try: {REMEDY}"


@pytest.mark.usefixtures("without_landlock")
def test_landlock_that_is_demanded_and_not_there_is_an_error() -> None:
    with pytest.raises(EnvironmentFault, match="this kernel has no Landlock"):
        stand("landlock")


@pytest.mark.parametrize("wanted", ["process", "off"])
def test_the_lower_rungs_are_there_everywhere(wanted: str) -> None:
    found = stand(wanted)
    assert (found.rung, found.why, found.remedy) == (wanted, "", "")
    assert str(found) == f"sandbox {wanted}: {MEANING[found.rung]}"


def test_there_are_no_boxes_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        rungs, "sys", type("System", (), {"platform": "darwin", "executable": sys.executable})
    )
    monkeypatch.setattr(rungs, "version", lambda: 0)
    assert stand("auto") == Standing("process", "namespaces are there on Linux only, and this is darwin", "")


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("make a user namespace: Operation not permitted", "seccomp=unconfined"),
        ("write /proc/self/uid_map: Operation not permitted", "apparmor_restrict_unprivileged_userns"),
        ("write /proc/self/setgroups: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("make a user namespace: No space left on device", "user.max_user_namespaces"),
        ("mount proc on /proc: Operation not permitted", "systempaths=unconfined"),
        ("make the file system read-only: Function not implemented", "Linux 5.12"),
        ("something new", ""),
    ],
)
def test_what_would_lift_a_refusal(why: str, remedy: str) -> None:
    found = rungs._remedy(why)
    assert remedy in found
    assert bool(remedy) == bool(found)


def test_each_rung_has_a_meaning() -> None:
    assert tuple(MEANING) == RUNGS


# ---------------------------------------------------------------- the whole run

TARGET = f"{sys.executable} server.py"
REFUSES = f"""
from pytest_netconform.target import start, rungs
from pytest_netconform.errors import EnvironmentFault
real = start.launch
def launch(command, target, joined=None):
    if target.rung == "box":
        raise EnvironmentFault({REFUSAL!r})
    return real(command, target, joined)
start.launch = launch
"""
SERVER = """
import socket, threading
listener = socket.create_server(("127.0.0.1", {port}))
def serve(client):
    with client:
        while data := client.recv(1024):
            client.sendall(data)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


@pytest.fixture
def server(pytester: pytest.Pytester, hard_coded_port: int) -> int:
    (pytester.path / "server.py").write_text(SERVER.format(port=hard_coded_port))
    return hard_coded_port


@pytest.mark.usefixtures("server")
def test_the_header_says_why_there_is_no_box(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(REFUSES + "rungs.version = lambda: 0\n")
    ran = pytester.runpytest_subprocess("--target", TARGET, "--suite=tcp-echo", "-k", "one-byte")
    ran.stdout.fnmatch_lines(
        [
            f"netconform: sandbox process: {MEANING['process']}",
            f"  no box: {REFUSAL}",
            f"  try: {REMEDY}",
            "netconform: server echoes*",
        ]
    )
    assert ran.ret == 0


@pytest.mark.usefixtures("server")
def test_a_demanded_box_that_is_refused_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(REFUSES)
    ran = pytester.runpytest_subprocess("--target", TARGET, "--sandbox=box")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines([f"ERROR: netconform: {REFUSAL}; try: {REMEDY}"])


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("sandbox", ["box", "process"])
def test_two_targets_with_one_hard_coded_port_and_two_workers(
    sandbox: str, pytester: pytest.Pytester, server: int
) -> None:
    """In boxes they run side by side; without them all of their checks go to one worker."""
    ran = pytester.runpytest_subprocess(
        *("--target", f"a={TARGET}", "--target", f"b={TARGET}", "--suite=tcp-echo", f"--sandbox={sandbox}"),
        *("-n2", "-v", "-p", "no:cacheprovider"),
    )
    assert ran.ret == 0
    outcomes = ran.parseoutcomes()
    assert outcomes["passed"] > 20
    assert set(outcomes) <= {"passed", "skipped"}
    workers = {
        line[: line.index("]")] for line in ran.outlines if line.startswith("[gw") and "PASSED" in line
    }
    assert len(workers) == (2 if sandbox == "box" else 1)


@pytest.mark.usefixtures("box", "server")
def test_the_command_to_repeat_a_failure_names_the_sandbox(pytester: pytest.Pytester) -> None:
    source = Path(pytester.path / "server.py")
    source.write_text(source.read_text().replace("sendall(data)", "sendall(data.upper())"))
    ran = pytester.runpytest_subprocess(
        "--target", TARGET, "--suite=tcp-echo", "--sandbox=process", "--limit=memory=512MiB", "-x"
    )
    assert any("--sandbox process --limit memory=512MiB" in line for line in ran.outlines)
