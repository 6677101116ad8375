"""How far servers are shut in: the highest rung that works here, why it is no higher, and what lifts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from boxes import skip_without

from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import rungs
from pytest_netconform.target import start as start_module
from pytest_netconform.target.box import Box
from pytest_netconform.target.command import Command
from pytest_netconform.target.rungs import BOXED, MEANING, RUNGS, Rung, Standing, stand
from pytest_netconform.target.start import Launched
from pytest_netconform.target.target import Target

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


@pytest.fixture
def without_bwrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def without_own_box(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(command: Command, target: Target, joined: Box | None = None) -> Launched:
        if target.rung == "box":
            raise EnvironmentFault(REFUSAL)
        return real(command, target, joined)

    real = start_module.launch
    monkeypatch.setattr(start_module, "launch", launch)


@pytest.mark.usefixtures("bubblewrap", "without_own_box")
def test_without_a_box_of_our_own_bwrap_is_asked_for_one() -> None:
    found = stand("auto")
    assert found == Standing("bubblewrap", REFUSAL, REMEDY)
    assert found.boxed
    assert str(found).splitlines() == [
        f"sandbox bubblewrap: {MEANING['bubblewrap']}",
        f"  no box: {REFUSAL}",
        f"  try: {REMEDY}",
    ]


@pytest.mark.usefixtures("bubblewrap")
def test_a_box_by_bwrap_is_there_where_it_is_demanded() -> None:
    assert stand("bubblewrap") == Standing("bubblewrap")


@pytest.mark.usefixtures("refused", "without_bwrap")
def test_without_any_box_landlock_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "version", lambda: 6)
    found = stand("auto")
    assert found == Standing("landlock", REFUSAL, REMEDY, REFUSAL)
    assert not found.boxed
    assert str(found).splitlines() == [
        f"sandbox landlock: {MEANING['landlock']}",
        f"  no box: {REFUSAL}",
        f"  no bubblewrap: {REFUSAL}",
        f"  try: {REMEDY}",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="bwrap is for Linux")
@pytest.mark.usefixtures("without_bwrap")
def test_bwrap_that_is_demanded_and_not_installed_is_an_error_that_names_the_remedy() -> None:
    with pytest.raises(EnvironmentFault) as caught:
        stand("bubblewrap")
    told = "bwrap is not installed; try: on Debian and Ubuntu: sudo apt install bubblewrap"
    assert str(caught.value) == told


@pytest.mark.skipif(sys.platform != "linux", reason="bwrap is for Linux")
def test_what_bwrap_complains_about_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(
        EnvironmentFault, match=r"bwrap: setting up uid map: Permission denied; try: .*_userns"
    ):
        stand("bubblewrap")


@pytest.mark.usefixtures("refused", "without_landlock")
def test_without_landlock_too_processes_are_taken() -> None:
    assert stand("auto") == Standing("process", REFUSAL, REMEDY, REFUSAL)


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
    why = "namespaces are there on Linux only, and this is darwin"
    assert stand("auto") == Standing("process", why, "", why)


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("make a user namespace: Operation not permitted", "seccomp=unconfined"),
        ("write /proc/self/uid_map: Operation not permitted", "apparmor_restrict_unprivileged_userns"),
        ("write /proc/self/setgroups: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("make a user namespace: No space left on device", "user.max_user_namespaces"),
        ("mount proc on /proc: Operation not permitted", "systempaths=unconfined"),
        ("make the file system read-only: Function not implemented", "Linux 5.12"),
        ("bwrap is not installed", "apt install bubblewrap"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("bwrap: Unknown option --size", "0.8"),
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
def test_the_header_says_why_there_is_no_box(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytester.makeconftest(REFUSES + "rungs.version = lambda: 0\n")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    ran = pytester.runpytest_subprocess("--target", TARGET, "--suite=tcp-echo", "-k", "one-byte")
    ran.stdout.fnmatch_lines(
        [
            f"netconform: sandbox process: {MEANING['process']}",
            f"  no box: {REFUSAL}",
            "  no bubblewrap: bwrap is not installed",
            f"  try: {REMEDY}",
            "netconform: server echoes*",
        ]
    )
    assert ran.ret == 0


@pytest.mark.usefixtures("bubblewrap", "server")
def test_the_header_says_that_bwrap_makes_the_box_and_why(pytester: pytest.Pytester) -> None:
    """Two workers have what the controller has found."""
    pytester.makeconftest(REFUSES)
    ran = pytester.runpytest_subprocess("--target", TARGET, "--suite=tcp-echo", "-n2")
    ran.stdout.fnmatch_lines(
        [
            f"netconform: sandbox bubblewrap: {MEANING['bubblewrap']}",
            f"  no box: {REFUSAL}",
            f"  try: {REMEDY}",
            "netconform: server echoes*",
        ]
    )
    assert ran.ret == 0
    assert ran.parseoutcomes()["passed"] > 10


@pytest.mark.usefixtures("server")
def test_bwrap_that_is_demanded_and_not_there_is_a_usage_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    ran = pytester.runpytest_subprocess("--target", TARGET, "--sandbox=bubblewrap")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: netconform: bwrap is not installed; try: *apt install bubblewrap"])


@pytest.mark.usefixtures("server")
def test_a_demanded_box_that_is_refused_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(REFUSES)
    ran = pytester.runpytest_subprocess("--target", TARGET, "--sandbox=box")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines([f"ERROR: netconform: {REFUSAL}; try: {REMEDY}"])


@pytest.mark.parametrize("sandbox", ["box", "bubblewrap", "process"])
def test_two_targets_with_one_hard_coded_port_and_two_workers(
    sandbox: Rung, pytester: pytest.Pytester, server: int
) -> None:
    """In boxes they run side by side; without them all of their checks go to one worker."""
    skip_without(sandbox)
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
    assert len(workers) == (2 if sandbox in BOXED else 1)


@pytest.mark.usefixtures("box", "server")
def test_the_command_to_repeat_a_failure_names_the_sandbox(pytester: pytest.Pytester) -> None:
    source = Path(pytester.path / "server.py")
    source.write_text(source.read_text().replace("sendall(data)", "sendall(data.upper())"))
    ran = pytester.runpytest_subprocess(
        "--target", TARGET, "--suite=tcp-echo", "--sandbox=process", "--limit=memory=512MiB", "-x"
    )
    assert any("--sandbox process --limit memory=512MiB" in line for line in ran.outlines)
