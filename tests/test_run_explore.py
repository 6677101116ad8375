"""Property checks: the same values for everybody, the smallest failing case, in a bounded time."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run_judge import HEAD, judged

from pytest_netconform.run import explore
from pytest_netconform.run.result import Result

ANY_BYTES = """\
  any:
    title: any
    given: {data: {bytes: {min: 1, max: 60}}, cuts: {cuts: data}}
    steps:
      - connect: alice
      - {send: "${data}", cut: "${cuts}"}
      - {receive: {reply_to: "${data}"}}
"""
ANY_CROWD = """\
  any:
    title: any
    given: {n: {number: {min: 1, max: 12}}}
    steps:
      - connect: {crowd: "${n}"}
      - {exchange: "${client}", with: crowd}
"""
RIGHT = "conn.sendall(data)"
CHANGES_HIGH = "conn.sendall(bytes(byte if byte < 128 else 33 for byte in data))"


@pytest.fixture(autouse=True)
def unhurried_in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the smallest case does not depend on how fast the machine is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(explore, "SHRINK_SECONDS", 60.0)


def keeping(path: Path) -> str:
    """A right server that writes down what each read returned."""
    return f"open({str(path)!r}, 'a').write(data.hex() + chr(10)); conn.sendall(data)"


def test_a_right_server_passes_and_nothing_is_kept_on_disk(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, RIGHT, ANY_BYTES)
    assert (result.verdict, result.as_check) == ("passed", "")
    assert 10 < result.examples <= 25
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.netconform.yaml", "srv.py"]


def test_so_many_examples_as_the_check_says(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, RIGHT, ANY_BYTES + "    examples: 3\n")
    assert result.examples == 3


def played(folder: Path, name: str, seed: int | None) -> str:
    (result,) = judged(folder, keeping(folder / name), ANY_BYTES, seed=seed)
    assert result.verdict == "passed"
    return (folder / name).read_text()


def test_the_seed_decides_the_values(tmp_path: Path) -> None:
    """Whatever has been imported or drawn in between."""
    first, other = played(tmp_path, "1", None), played(tmp_path, "2", 7)
    assert played(tmp_path, "3", None) == first
    assert played(tmp_path, "4", 7) == other
    assert first != other
    assert played(tmp_path, "5", explore.seed_of("mine/any")) == first


def test_the_seed_of_a_check_never_changes() -> None:
    assert explore.seed_of("gbk/any-text-any-cut") == 534468122


def test_hypothesis_draws_constants_again_afterwards(tmp_path: Path) -> None:
    providers = pytest.importorskip("hypothesis.internal.conjecture.providers")
    provider = providers.HypothesisProvider
    if not hasattr(provider, "_maybe_draw_constant"):
        pytest.skip("a version of Hypothesis that draws no such constants")
    before = provider._maybe_draw_constant
    judged(tmp_path, CHANGES_HIGH, ANY_BYTES)
    assert provider._maybe_draw_constant is before


def replayed(folder: Path, body: str, result: Result) -> Result:
    """The verdict of the check that was printed, pasted behind the one that it came from."""
    checks = (folder / "mine.netconform.yaml").read_text("utf-8").removeprefix(f"{HEAD}checks:\n")
    again = folder / "again"
    again.mkdir()
    return judged(again, body, checks + result.as_check)[1]


@pytest.mark.parametrize(
    ("body", "checks", "step"),
    [
        (CHANGES_HIGH, ANY_BYTES, 'send: {hex: "80"}'),
        ("conn.sendall(data + b'!' if data[:1] == bytes(1) else data)", ANY_BYTES, 'send: {hex: "00"}'),
        ("len(data) == 3 and os._exit(3); conn.sendall(data)", ANY_BYTES, 'send: {hex: "00 00 00"}'),
        (
            "conn.sendall(b'no' if data == b'crowd[2]' else data)",
            ANY_CROWD,
            "connect: {crowd: 3}",
        ),
    ],
    ids=["a byte is changed", "a byte too many", "dies", "the third client"],
)
def test_the_smallest_case_is_printed_as_a_check_that_fails_in_the_same_way(
    tmp_path: Path, body: str, checks: str, step: str
) -> None:
    (result,) = judged(tmp_path, body, checks, patience=2.0)
    assert result.verdict == "failed"
    assert f"- {step}\n" in result.as_check
    again = replayed(tmp_path, body, result)
    assert again.verdict == "failed"
    assert again.findings[0].text == result.findings[0].text
    assert again.died == result.died


def test_values_of_for_each_are_put_in_as_well(tmp_path: Path) -> None:
    one = ANY_BYTES.replace("    given:", "    for_each: {end: [x, 1]}\n    given:")
    one = one.replace('"${data}", cut: "${cuts}"', '{join: ["${data}", "${end}"]}').replace(
        ", cuts: {cuts: data}", ""
    )
    one = one.replace('{reply_to: "${data}"}', '{reply_to: {join: ["${data}", "${end}"]}}')
    passed, failed = judged(tmp_path, "conn.sendall(data + b'!' * data.endswith(b'1'))", one, patience=2.0)
    assert (passed.verdict, failed.verdict) == ("passed", "failed")
    assert '- send: {join: [{hex: "00"}, "1"]}\n' in failed.as_check


def test_the_transcript_and_the_line_for_a_shell_are_those_of_the_smallest_case(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, CHANGES_HIGH, ANY_BYTES, patience=2.0)
    sent = [event["hex"] for event in result.transcript if event["what"] == "sends"]
    assert sent == ["80"]
    assert r"printf '\200'" in result.by_hand
    assert result.again.endswith(f"-k mine/any --netconform-seed {explore.seed_of('mine/any')}")
    assert result.attempts == 2


def test_a_failure_is_found_again_by_its_seed_and_does_not_depend_on_luck(tmp_path: Path) -> None:
    found = [judged(tmp_path, CHANGES_HIGH, ANY_BYTES, seed=seed, patience=2.0)[0] for seed in (5, 5)]
    assert found[0].as_check == found[1].as_check
    assert [one.seed for one in found] == [5, 5]
    assert found[0].examples == found[1].examples


@pytest.mark.parametrize("bound", ["SHRINK_SECONDS", "MOST_SHRINKS"])
def test_looking_for_a_smaller_case_has_an_end(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failing case may wait out its deadline: with nothing left to spend the first one is told."""
    monkeypatch.setattr(explore, bound, 0)
    (result,) = judged(tmp_path, CHANGES_HIGH, ANY_BYTES, patience=2.0)
    sent = b"".join(bytes.fromhex(one["hex"]) for one in result.transcript if one["what"] == "sends")
    assert max(sent) > 127
    assert sent != b"\x80"
    assert sent.hex(" ") in result.as_check


def test_what_fails_once_is_no_error_of_the_tester(tmp_path: Path) -> None:
    """Hypothesis would call it flaky."""
    once = f"len(data) > 12 and first_time({str(tmp_path / 'mark')!r})"
    (result,) = judged(tmp_path, f"conn.sendall(b'no' if {once} else data)", ANY_BYTES, patience=2.0)
    assert result.verdict == "failed"
    assert result.because == "fails only after other examples or checks"
    assert result.as_check == ""


def test_a_deadline_that_is_missed_once_is_a_warning(tmp_path: Path) -> None:
    once = f"len(data) > 12 and first_time({str(tmp_path / 'mark')!r})"
    (result,) = judged(tmp_path, f"({once}) or conn.sendall(data)", ANY_BYTES, patience=0.1)
    assert result.verdict == "warned"
    assert "slow or unstable" in result.because


def test_a_case_that_taints_the_instance_does_not_make_all_others_fail(tmp_path: Path) -> None:
    """After the first failing case this server fails whatever comes, until it is started again."""
    body = "max(data) > 127 and seen.append(1); conn.sendall(b'no' if seen else data)"
    (result,) = judged(tmp_path, body, ANY_BYTES, patience=2.0)
    assert '- send: {hex: "80"}\n' in result.as_check


def test_what_does_not_apply_and_what_the_suite_has_wrong_are_told_as_such(tmp_path: Path) -> None:
    lacking = ANY_BYTES.replace("bytes: {min: 1, max: 60}", "text: {characters: 你}")
    wrong = ANY_BYTES.replace("any:", "wrong:", 1).replace(
        '"${data}", cut', '{text: "${data}你", encoding: ascii}, cut'
    )
    wrong = wrong.replace("bytes: {min: 1, max: 60}", "text: {}")
    skipped, error = judged(tmp_path, RIGHT, lacking + wrong, head="params: {encoding: ascii}\n")
    assert (skipped.verdict, skipped.because) == ("skipped", "ascii has none of the characters '你'")
    assert (error.verdict, error.blame) == ("error", "suite")
    assert "cannot be written in ascii" in error.because


def test_a_fresh_server_is_fresh_for_each_example(tmp_path: Path) -> None:
    body = "seen.append(1); conn.sendall(data if len(seen) < 4 else b'no')"  # a newcomer makes two exchanges
    one = ANY_BYTES.replace("min: 1, max: 60", "min: 1, max: 3").replace(", cuts: {cuts: data}", "")
    one = one.replace(', cut: "${cuts}"', "") + "    examples: 4\n"
    shared, fresh = judged(tmp_path, body, one + one.replace("any:", "fresh:", 1) + "    server: fresh\n")
    assert (shared.verdict, fresh.verdict) == ("failed", "passed")
