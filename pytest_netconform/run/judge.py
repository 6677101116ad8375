"""From playings to a verdict: what applies, which instance plays, what a failure is worth."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import NetconformError
from ..payload import visible
from ..suite import templates
from ..suite.evaluate import BadValue
from ..suite.model import TIERS, Check, Condition, Suite
from ..target import Instance
from .bench import Bench
from .byhand import by_hand
from .play import Played, play
from .profile import Probed, Profile, Replies
from .result import Finding, Result
from .stage import Part
from .transcript import Event, shown

REPLAYS = 2
REPLAY_SHARE = 1 / 3
"""A replay explains; it waits a third as long as the playing that it explains."""


@dataclass(frozen=True)
class Item:
    """A check with one set of its parameters. `chosen` tells that the user named its suite: then the
    target must speak as the suite needs, whatever the probe saw."""

    suite: Suite
    check: Check
    binding: Mapping[str, Any]
    shown_path: str
    chosen: bool = False

    @property
    def slug(self) -> str:
        """`slug`, or `slug[n=10]` where the check has parameters."""
        if not self.binding:
            return self.check.slug
        values = ",".join(f"{key}={value}" for key, value in self.binding.items())
        return f"{self.check.slug}[{values}]"

    @property
    def id(self) -> str:
        return f"{self.suite.name}/{self.slug}"


def items_of(suite: Suite, shown_path: str, chosen: bool = False) -> Iterator[Item]:
    """The suite's checks in their order, one item for each value of `for_each`."""
    for check in suite.checks.values():
        bindings: list[dict[str, Any]] = [{}]
        for key, values in check.for_each.items():
            bindings = [{**binding, key: value} for binding in bindings for value in values]
        for binding in bindings:
            yield Item(suite, check, binding, shown_path, chosen)


@dataclass(frozen=True)
class Rules:
    """What the user chose for the whole run."""

    gate: str = "core"
    patience: float = 1.0
    params: Sequence[tuple[str, str, str]] = ()

    def gates(self, tier: str) -> bool:
        """Each gate includes the tiers before it; info is never judged."""
        return tier != "info" and TIERS.index(tier) <= TIERS.index(self.gate)  # type: ignore[arg-type]


@dataclass
class Judge:
    """Gives the verdicts for one target in this process."""

    bench: Bench
    probed: Probed
    rules: Rules
    again: str = "pytest"
    known: dict[str, Result] = field(default_factory=dict)

    def judge(self, item: Item) -> Result:
        """Play a check and give its verdict. Never raises for anything that a target can do."""
        result = self._blank(item)
        if self.probed.profile is None:
            _error(result, self.probed.blame, self.probed.fault)
            return result
        try:
            part = self._part(item)
            if not self._applies(item, part, result):
                return result
            self._judge(part, item, result)
        except BadValue as exc:
            _error(result, "suite", f"{result.at}: {exc}")
        except NetconformError as exc:
            _error(result, exc.blame, str(exc))
            result.explanation = list(getattr(exc, "explanation", ()))
            self.bench.retire()
        self.known[item.id] = result
        return result

    def _blank(self, item: Item) -> Result:
        check = item.check
        return Result(
            target=self.bench.target.name,
            suite=item.suite.name,
            check=item.id,
            title=_filled(check.title.model_dump(), item.binding),
            level=check.level,
            tier=check.tier,
            gates=self.rules.gates(check.tier),
            points=check.points,
            at=f"{item.shown_path}:{check.line}",
            clause=check.clause.model_dump() if check.clause else None,
            again=f"{self.again} -k {item.suite.name}/{item.check.slug}",
        )

    def _part(self, item: Item) -> Part:
        variables = params_of(item.suite, self.rules.params)
        profile = self._promised(item, variables.get("reply"))
        encoding = str(variables.get("encoding") or "utf-8")
        acknowledges = profile.speaks == "acknowledge"
        return Part(
            suite=item.suite,
            check=item.check,
            variables={**variables, **item.binding},
            profile=profile,
            replies=Replies(profile.reply.encode(encoding) if acknowledges else None),
            encoding=encoding,
            patience=self.rules.patience,
            shown_path=item.shown_path,
        )

    def _promised(self, item: Item, reply: Any) -> Profile:
        """The probe's profile, but what the user said of the target counts more than what was seen."""
        assert self.probed.profile is not None
        profile = self.probed.profile
        if reply is not None:
            return profile.speaking("acknowledge", str(reply))
        if not item.chosen:
            return profile
        if "echo" in item.suite.needs:
            return profile.speaking("echo")
        if "acknowledge" in item.suite.needs and profile.speaks != "acknowledge":
            raise BadValue(
                f"no acknowledgement was seen; say what it is: --param {item.suite.name}.reply=TEXT"
            )
        return profile

    def _applies(self, item: Item, part: Part, result: Result) -> bool:
        need = part.profile.lacking((*item.suite.needs, *item.check.needs))
        if need is not None:
            result.verdict, result.because = "skipped", f"needs a target that {_feature(need)}"
            return False
        for name in item.suite.requirements(item.check.slug):
            if self._requirement_failed(item, name):
                result.verdict, result.blame = "skipped", "target"
                result.because = f"because {item.suite.name}/{name} failed"
                return False
        return True

    def _requirement_failed(self, item: Item, name: str) -> bool:
        """The verdict of a required check, played now if it was not yet played in this process."""
        required = (
            one for one in items_of(item.suite, item.shown_path, item.chosen) if one.check.slug == name
        )
        results = [self.known.get(one.id) or self.judge(one) for one in required]
        return any(one.verdict == "failed" or one.blame == "target" for one in results)

    def _judge(self, part: Part, item: Item, result: Result) -> None:
        before = ""
        if item.check.server == "fresh":
            with self.bench.fresh() as instance:
                played = play(part, instance)
        else:
            instance = self.bench.shared()
            before, self.bench.last_played = self.bench.last_played, item.id
            played = play(part, instance)
            if played.findings:
                self.bench.retire()
        result.seconds = played.seconds
        if played.findings:
            self._explain(part, played, before, instance, result)

    def _explain(self, part: Part, played: Played, before: str, instance: Instance, result: Result) -> None:
        result.findings = list(played.findings)
        result.verdict = "failed" if result.gates else "warned"
        result.died = str(played.died) if played.died else ""
        result.transcript = [_event(event) for event in played.transcript.ordered()]
        result.transcript_left_out = played.transcript.left_out
        result.hint = _hint(part.check, played)
        result.by_hand = by_hand(part, played.transcript, instance)
        self._replay(part, played, before, result)

    def _replay(self, part: Part, played: Played, before: str, result: Result) -> None:
        """Play again on fresh instances, to say whether it always fails."""
        passes = 0
        with contextlib.suppress(NetconformError):  # a server that does not start again has failed anyway
            for _ in range(REPLAYS):
                with self.bench.fresh() as instance:
                    again = play(part, instance, REPLAY_SHARE)
                result.attempts += 1
                if again.findings:
                    break
                passes += 1
        if not passes:
            return
        if passes == REPLAYS and played.findings[0].missed:
            result.verdict = "warned"
            result.because = f"slow or unstable: a deadline was missed once in {result.attempts} playings"
        elif passes == REPLAYS and before:
            result.because = f"fails only after other checks, the last of them {before}"
        else:
            result.because = f"fails {result.attempts - passes} times in {result.attempts}"


def params_of(suite: Suite, overrides: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """The suite's parameters with what the command line says of them (the last one wins)."""
    from fnmatch import fnmatchcase

    params: dict[str, Any] = dict(suite.params)
    for pattern, key, value in overrides:
        if fnmatchcase(suite.name, pattern) and key in params:
            params[key] = _as_type_of(params[key], value)
    return params


def _as_type_of(default: Any, text: str) -> Any:
    if isinstance(default, bool):
        return text.lower() in ("true", "1", "yes")
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise BadValue(f"--param: {text!r} is no number") from None
    return text


def _filled(texts: Mapping[str, str | None], variables: Mapping[str, Any]) -> dict[str, str | None]:
    """A title may name the parameter of its item."""
    return {lang: str(templates.fill(text, variables)) if text else None for lang, text in texts.items()}


def _feature(need: str) -> str:
    from ..suite.model import FEATURES

    if need.startswith("no-"):
        return f"does not have {need.removeprefix('no-')!r}"
    return FEATURES[need]


def _error(result: Result, blame: str, text: str) -> None:
    result.verdict, result.blame, result.because = "error", blame, text


def _event(event: Event) -> dict[str, Any]:
    """Plain data, safe to print."""
    return {
        "at": round(event.at, 3),
        "actor": event.actor,
        "what": visible(event.what),
        "size": event.size,
        "hex": event.data[:64].hex(),
        "shown": shown(event) if event.size else "",
    }


def _hint(check: Check, played: Played) -> dict[str, str | None] | None:
    """The first hint whose condition agrees with what happened."""
    for hint in check.hints:
        if hint.if_ is None or _agrees(hint.if_, played.findings[0], played):
            return {"en": hint.en, "zh": hint.zh}
    return None


def _agrees(condition: Condition, finding: Finding, played: Played) -> bool:
    if condition.server == "died" and played.died is None:
        return False
    if condition.received is not None and condition.received != finding.got:
        return False
    if condition.ended is not None and condition.ended != finding.ended:
        return False
    return condition.log is None or condition.log in played.output
