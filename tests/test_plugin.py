"""The plugin as its users meet it: options, collection, selection, reports, exit statuses."""

from __future__ import annotations

import json
import shlex
import sys
import xml.etree.ElementTree as ET

import pytest
from servers import script, udp_script

ONE_CHECK = """
suite: mine
title: mine
applies_to: tcp
checks:
  same-back:
    title: The same comes back
    points: 4
    clause: {text: It must, see: here}
    steps:
      - connect: alice
      - {exchange: hello, with: alice}
  shouted-back:
    title: Shouted
    level: should
    steps:
      - connect: alice
      - {send: hello, from: alice}
      - {receive: HELLO, at: alice}
"""


@pytest.fixture
def server(pytester: pytest.Pytester) -> str:
    """The command line of a right echo server."""
    return command(pytester, "conn.sendall(data)")


def command(pytester: pytest.Pytester, body: str, name: str = "srv.py") -> str:
    return shlex.join([sys.executable, str(script(pytester.path / name, body))])


@pytest.fixture
def suite(pytester: pytest.Pytester) -> str:
    (pytester.path / "mine.netconform.yaml").write_text(ONE_CHECK, encoding="utf-8")
    return "mine.netconform.yaml"


def test_without_a_target_the_plugin_is_silent(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*netconform:*")


def test_a_suite_without_a_target_is_skipped_and_says_what_to_do(
    pytester: pytest.Pytester, suite: str
) -> None:
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(
        ["2 checks were skipped; no target: say which server to test, as in --target *"]
    )


def test_a_target_alone_plays_the_bundled_suites_that_fit(pytester: pytest.Pytester, server: str) -> None:
    result = pytester.runpytest_subprocess("--target", server, "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["netconform: srv echoes*", "tcp-echo.yaml::one-message?srv? PASSED*", "srv  * of * points*"]
    )
    result.stdout.no_fnmatch_line("*tcp-ack.yaml*")


def test_a_failing_check_fails_the_run_and_is_explained(
    pytester: pytest.Pytester, server: str, suite: str
) -> None:
    result = pytester.runpytest_subprocess("--target", server, suite)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAILED mine/shouted-back [[]srv[]]  should · 1 point*mine.netconform.yaml:13",
            "Shouted",
            '*alice    ── "hello" *▶ server',
            "expected  *HELLO*",
            "received  *hello*",
            "again     pytest *-k mine/shouted-back",
            "srv  4 of 5 points · 1 passed · 1 failed",
        ]
    )


def test_the_failure_text_fits_a_terminal(pytester: pytest.Pytester, server: str, suite: str) -> None:
    """At most 25 lines of at most 80 columns, but for the commands that are to be copied whole."""
    result = pytester.runpytest_subprocess("--target", server, suite, "-q")
    start = next(i for i, line in enumerate(result.outlines) if line.startswith("FAILED mine"))
    end = next(i for i, line in enumerate(result.outlines) if line.startswith("again"))
    text = result.outlines[start:end]
    assert len(text) <= 25
    assert all(len(line) <= 80 for line in text if not line.startswith("by hand"))


def test_with_xdist_the_failure_text_is_the_same(pytester: pytest.Pytester, server: str, suite: str) -> None:
    def failure(*more: str) -> list[str]:
        lines = pytester.runpytest_subprocess("--target", server, suite, *more).outlines
        start = next(i for i, line in enumerate(lines) if line.startswith("FAILED mine"))
        end = next(i for i, line in enumerate(lines) if line.startswith("again"))
        return [line.partition(" ms ")[2] or line for line in lines[start : end + 1]]

    assert failure() == failure("-n", "2")


@pytest.mark.parametrize(
    ("selection", "passed", "failed"),
    [
        (["-k", "mine/same-back"], 1, 0),
        (["-k", "shouted"], 0, 1),
        (["-m", "should"], 0, 1),
        (["-m", "must and mine"], 1, 0),
        (["-x", "-k", "mine"], 1, 1),
    ],
)
def test_checks_are_selected_as_pytest_users_expect(
    pytester: pytest.Pytester, server: str, suite: str, selection: list[str], passed: int, failed: int
) -> None:
    result = pytester.runpytest_subprocess("--strict-markers", "--target", server, suite, *selection)
    assert result.parseoutcomes().get("passed", 0) == passed
    assert result.parseoutcomes().get("failed", 0) == failed


@pytest.mark.parametrize("node", ["same-back", "same-back[srv]"])
def test_a_check_is_selected_by_its_node_id(
    pytester: pytest.Pytester, server: str, suite: str, node: str
) -> None:
    pytester.runpytest_subprocess("--target", server, f"{suite}::{node}").assert_outcomes(passed=1)


def test_the_node_id_of_a_bundled_check_can_be_pasted(pytester: pytest.Pytester, server: str) -> None:
    result = pytester.runpytest_subprocess("--target", server, "tcp-echo.yaml::one-message[srv]")
    result.assert_outcomes(passed=1)


def test_last_failed_plays_only_the_failed_check(pytester: pytest.Pytester, server: str, suite: str) -> None:
    pytester.runpytest_subprocess("--target", server, suite)
    pytester.runpytest_subprocess("--target", server, suite, "--lf").assert_outcomes(failed=1)


def test_collect_only_lists_the_checks(pytester: pytest.Pytester, server: str, suite: str) -> None:
    result = pytester.runpytest_subprocess("--target", server, suite, "--collect-only", "-q")
    result.stdout.fnmatch_lines(
        ["mine.netconform.yaml::same-back?srv?", "mine.netconform.yaml::shouted-back?srv?"]
    )


def test_junit_xml_tells_level_points_and_clause(pytester: pytest.Pytester, server: str, suite: str) -> None:
    pytester.runpytest_subprocess("--target", server, suite, "--junitxml=out.xml")
    tree = ET.parse(pytester.path / "out.xml")
    case = next(c for c in tree.iter("testcase") if "same-back" in c.attrib["name"])
    properties = {p.attrib["name"]: p.attrib["value"] for p in case.iter("property")}
    assert properties == {
        "target": "srv",
        "level": "must",
        "tier": "core",
        "points": "4",
        "clause": "It must (here)",
        "verdict": "passed",
        "earned": "4",
    }
    assert tree.getroot()[0].attrib["failures"] == "1"


def test_two_targets_stand_side_by_side(pytester: pytest.Pytester, suite: str) -> None:
    right, loud = (
        command(pytester, "conn.sendall(data)", "a.py"),
        command(pytester, "conn.sendall(data.upper())", "b.py"),
    )
    result = pytester.runpytest_subprocess("--target", f"right={right}", "--target", f"loud={loud}", suite)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["right  4 of 5 points · *", "loud   1 of 5 points · *"])


def test_the_record_has_a_line_for_each_result(pytester: pytest.Pytester, server: str, suite: str) -> None:
    pytester.runpytest_subprocess("--target", server, suite, "--netconform-record=out/run.jsonl")
    lines = [json.loads(line) for line in (pytester.path / "out/run.jsonl").read_text("utf-8").splitlines()]
    assert [(line["kind"], line["check"], line["verdict"]) for line in lines] == [
        ("result", "mine/same-back", "passed"),
        ("result", "mine/shouted-back", "failed"),
    ]
    assert {"target", "suite", "level", "tier", "points", "earned", "seconds"} <= lines[0].keys()
    assert lines[1]["findings"][0].keys() >= {"text", "expected", "received", "at"}


def test_a_check_of_a_tier_that_does_not_gate_is_a_warning(pytester: pytest.Pytester, server: str) -> None:
    text = ONE_CHECK.replace("level: should", "tier: strict")
    (pytester.path / "mine.netconform.yaml").write_text(text, encoding="utf-8")
    result = pytester.runpytest_subprocess("--target", server, "mine.netconform.yaml")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["WARNED mine/shouted-back*", "srv  4 of 4 points · 1 passed · 1 warned"])
    gated = pytester.runpytest_subprocess("--target", server, "mine.netconform.yaml", "--gate", "strict")
    assert gated.ret == pytest.ExitCode.TESTS_FAILED


def test_a_suite_with_mistakes_is_reported_without_a_traceback(
    pytester: pytest.Pytester, server: str
) -> None:
    (pytester.path / "mine.netconform.yaml").write_text(
        ONE_CHECK.replace("receive", "recieve"), encoding="utf-8"
    )
    result = pytester.runpytest_subprocess("--target", server, "mine.netconform.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(
        ["mine.netconform.yaml:19:9: no verb here: 'recieve'; did you mean 'receive'?"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_target_that_does_not_start_is_an_error_of_each_check(
    pytester: pytest.Pytester, suite: str
) -> None:
    (pytester.path / "bad.py").write_text("import nosuchmodule", encoding="utf-8")
    result = pytester.runpytest_subprocess("--target", shlex.join([sys.executable, "bad.py"]), suite)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(errors=1)  # explained once
    result.stdout.fnmatch_lines(["netconform: bad: *exit*", "*nosuchmodule*", "bad  0 of 5 points · 2 error"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--suite", "tcp-ehco"], "*no bundled suite is called 'tcp-ehco'; did you mean 'tcp-echo'?*"),
        (["--gate", "hard"], "*core, strict or robust*"),
        (["--param", "x"], "*SUITE.KEY=VALUE*"),
        (["--target-profile", "fast"], "*no feature is called 'fast'*"),
        (["--param", "tcp-ehco.reply=x"], "*no bundled suite is called 'tcp-ehco'; did you mean 'tcp-echo'?"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    pytester: pytest.Pytester, server: str, arguments: list[str], message: str
) -> None:
    result = pytester.runpytest_subprocess("--target", server, *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: netconform: {message}"])


def test_a_server_that_nobody_understands_asks_for_a_suite(pytester: pytest.Pytester) -> None:
    loud = command(pytester, "conn.sendall(data.upper())")
    result = pytester.runpytest_subprocess("--target", loud)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'srv' answers *NETCONFORM*no bundled suite fits*--suite tcp-echo*"])


def test_a_suite_that_was_named_is_played_whatever_the_probe_saw(pytester: pytest.Pytester) -> None:
    loud = command(pytester, "conn.sendall(data.upper())")
    result = pytester.runpytest_subprocess("--target", loud, "--suite", "tcp-echo", "-k", "one-message")
    result.assert_outcomes(failed=1)


def test_the_reply_can_be_said(pytester: pytest.Pytester) -> None:
    ack = command(pytester, "conn.sendall(b'OK')")
    arguments = ["--target", ack, "--suite", "tcp-ack", "-k", "one-message"]
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess(*arguments, "--param", "tcp-ack.reply=ok!")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['expected  "ok!" (6f 6b 21)', 'received  "OK" (4f 4b)*'])


@pytest.mark.parametrize(
    ("param", "message"),
    [
        (
            "gbk.encodign=utf-8",
            "gbk.encodign: the suite has no parameter 'encodign'; did you mean 'encoding'?",
        ),
        ("*.encoding=bogus", "gbk.encoding: Python knows no text encoding 'bogus'"),
        ("gbk.reply=ā时\U0001f600", "gbk.reply: 'ā时\U0001f600' cannot be written in gbk"),
    ],
)
def test_a_parameter_that_cannot_be_is_a_usage_error(
    pytester: pytest.Pytester, server: str, param: str, message: str
) -> None:
    result = pytester.runpytest_subprocess("--target", server, "--param", param)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines([f"--netconform-param {message}"])


ANY_BYTES = """
suite: mine
title: mine
applies_to: tcp
checks:
  any-bytes:
    title: Any bytes
    given: {data: {bytes: {min: 1, max: 60}}}
    steps:
      - connect: alice
      - {exchange: "${data}", with: alice}
"""


@pytest.mark.parametrize(
    ("typed", "seed"),
    [
        ([], "3469180449"),
        (["--netconform-seed", "7"], "7"),
        (["--hypothesis-seed", "9"], "9"),
        (["--hypothesis-seed=9", "--netconform-seed=7"], "9"),
    ],
    ids=["its own", "ours", "hypothesis", "both"],
)
def test_a_property_check_that_fails_shows_its_seed_and_a_check_to_paste(
    pytester: pytest.Pytester, typed: list[str], seed: str
) -> None:
    (pytester.path / "any.netconform.yaml").write_text(ANY_BYTES, encoding="utf-8")
    target = command(pytester, "conn.sendall(data.replace(bytes([0]), b'!'))")
    result = pytester.runpytest_subprocess("--target", target, "any.netconform.yaml", "--patience=2", *typed)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            f"smallest  failing example (after *, seed {seed}), as a check:",
            "  any-bytes-smallest:",
            "    title: {en: *}",
            "    steps:",
            "      - connect: alice",
            '      - {exchange: {hex: "00"}, with: alice}',
            f"again     pytest * -k mine/any-bytes --netconform-seed {seed}",
        ]
    )
    assert not (pytester.path / ".hypothesis").exists()


def test_the_seed_of_hypothesis_may_be_random(pytester: pytest.Pytester, server: str) -> None:
    (pytester.path / "any.netconform.yaml").write_text(ANY_BYTES, encoding="utf-8")
    result = pytester.runpytest_subprocess(
        "--target", server, "any.netconform.yaml", "--hypothesis-seed=random"
    )
    result.assert_outcomes(passed=1)


def test_only_a_property_check_imports_hypothesis(pytester: pytest.Pytester, server: str, suite: str) -> None:
    pytester.makeconftest(
        "import sys\ndef pytest_sessionfinish(): print('imported:', 'hypothesis' in sys.modules)"
    )
    (pytester.path / "any.netconform.yaml").write_text(ANY_BYTES, encoding="utf-8")
    for name, imported in ((suite, False), ("any.netconform.yaml", True)):
        result = pytester.runpytest_subprocess("--target", server, name, "-s")
        result.stdout.fnmatch_lines([f"*imported: {imported}*"])


FIXED = """
import socket, threading
def serve(conn):
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)
listener = socket.create_server(("127.0.0.1", {port}), backlog=128)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_two_targets_with_the_same_hard_coded_port_take_turns(
    pytester: pytest.Pytester, suite: str, more: list[str], hard_coded_port: int
) -> None:
    words: list[str] = []
    for name in ("a", "b"):
        (pytester.path / f"{name}.py").write_text(FIXED.format(port=hard_coded_port), encoding="utf-8")
        words += ["--target", shlex.join([sys.executable, f"{name}.py"])]
    result = pytester.runpytest_subprocess(*words, suite, *more)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines([f"netconform: a echoes; port {hard_coded_port}"])


# ---------------------------------------------------------------- UDP


@pytest.fixture
def udp_server(pytester: pytest.Pytester) -> str:
    """The command line of a right echo server over UDP."""
    return shlex.join([sys.executable, str(udp_script(pytester.path / "udp_echo.py"))])


def test_a_server_of_datagrams_gets_the_suite_for_them(pytester: pytest.Pytester, udp_server: str) -> None:
    result = pytester.runpytest_subprocess("--target", udp_server, "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "netconform: udp_echo echoes (UDP)",
            "udp-echo.yaml::one-datagram?udp_echo? PASSED*",
            "udp_echo  * of * points*passed",
        ]
    )
    result.stdout.no_fnmatch_line("*isolation.yaml*")
    result.stdout.no_fnmatch_line("*tcp-echo.yaml*")


def test_a_server_that_listens_does_not_get_it(pytester: pytest.Pytester, server: str) -> None:
    result = pytester.runpytest_subprocess("--target", server, "--collect-only", "-q")
    result.stdout.fnmatch_lines(["tcp-echo.yaml::*"])
    result.stdout.no_fnmatch_line("*udp-echo.yaml*")


@pytest.mark.parametrize("distributed", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_both_kinds_of_targets_side_by_side(
    pytester: pytest.Pytester, server: str, udp_server: str, distributed: list[str]
) -> None:
    result = pytester.runpytest_subprocess(
        "--target", server, "--target", udp_server, "-k", "one-message or one-datagram", *distributed
    )
    result.assert_outcomes(passed=2)


def test_a_suite_named_by_hand_demands_its_transport(pytester: pytest.Pytester, server: str) -> None:
    result = pytester.runpytest_subprocess(
        "--target", server, "--suite", "udp-echo", "--target-start-timeout", "1", "-k", "one-datagram"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*the server runs, but has bound no UDP port after 1 s*",
            "*it listens on TCP 127.0.0.1:*; a UDP server binds a SOCK_DGRAM socket*",
        ]
    )


def test_a_suite_for_streams_named_by_hand_demands_a_listener(
    pytester: pytest.Pytester, udp_server: str
) -> None:
    result = pytester.runpytest_subprocess(
        "--target", udp_server, "--suite", "tcp-echo", "--target-start-timeout", "1", "-k", "one-message"
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*listens on no TCP port after 1 s*", "*it has opened UDP 127.0.0.1:*; a TCP server calls listen()*"]
    )


def test_suites_of_both_kinds_are_skipped_where_they_do_not_fit(
    pytester: pytest.Pytester, udp_server: str
) -> None:
    result = pytester.runpytest_subprocess(
        "--target", udp_server, "--suite", "tcp-echo", "--suite", "udp-echo", "-k", "one-", "-rs"
    )
    assert result.parseoutcomes()["skipped"] > 1
    assert "failed" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(["*is for TCP, and this server takes UDP*"])


def test_a_server_of_datagrams_that_nobody_understands(pytester: pytest.Pytester) -> None:
    command = shlex.join([sys.executable, str(udp_script(pytester.path / "srv.py", "pass"))])
    result = pytester.runpytest_subprocess("--target", command, "--patience", "0.1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*takes datagrams, but answers nothing (UDP)*say --suite udp-echo."])


def test_a_hard_coded_udp_port_is_started_again_after_a_failure(
    pytester: pytest.Pytester, hard_coded_port: int
) -> None:
    source = udp_script(pytester.path / "srv.py", "udp.sendto(data[:1024], address)")
    text = source.read_text("utf-8").replace('int(os.environ["PORT"])', str(hard_coded_port))
    source.write_text(text, encoding="utf-8")
    command = shlex.join([sys.executable, str(source)])
    result = pytester.runpytest_subprocess("--target", command, "-k", "one-frame or own-answers or crowd")
    assert result.parseoutcomes() == {"passed": 3, "failed": 1, "deselected": 12}
    result.stdout.fnmatch_lines([f"netconform: srv echoes (UDP); port {hard_coded_port}"])


def test_datagrams_that_are_acknowledged_are_for_no_bundled_suite(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--target=ref:udp-echo --reply ok!")
    result.stderr.fnmatch_lines(["*'udp-echo' answers 'ok!' to everything (UDP)*say --suite udp-echo.*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_checks_of_scale_are_played_on_demand(pytester: pytest.Pytester) -> None:
    pytester.makefile(
        ".netconform.yaml",
        mine=(
            "suite: mine\ntitle: mine\napplies_to: tcp\nchecks:\n"
            "  large:\n    title: large\n    scale: true\n"
            "    steps: [{connect: {crowd: 50}}, {exchange: hello, with: crowd}]\n"
        ),
    )
    here = ("mine.netconform.yaml", "--target=ref:threads")
    pytester.runpytest_subprocess(*here).assert_outcomes(skipped=1)
    pytester.runpytest_subprocess(*here, "-m", "scale").assert_outcomes(passed=1)
