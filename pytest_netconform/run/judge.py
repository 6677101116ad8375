"""From playings to a verdict: what applies, which instance plays, what a failure is worth."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import NotTestable
from ..payload import visible
from ..suite.evaluate import BadValue
from ..suite.features import FEATURES
from ..suite.model import TIERS
from ..suite.written import as_yaml
from ..target import Instance
from .bench import Bench
from .byhand import by_hand
from .evidence import messages
from .hints import choose_hint
from .items import Item, filled, items_of, params_of, texts_of
from .play import Played, play
from .profile import Probed, Profile, Replies
from .result import Result
from .stage import NotApplicable, Part
from .transcript import Event, shown

MOST_TRACEBACK = 6
KINDS = {"tcp": "TCP", "udp": "UDP", "socketio": "Socket.IO"}
REPLAYS = 2
REPLAY_SHARE = 1 / 3
"""A replay explains; it waits a third as long as the playing that it explains."""
FORESEEN_SHARE = 1 / 4
"""What will fail lets its deadlines pass; all else is as right as ever, and may take as long."""


@dataclass(frozen=True)
class Rules:
    """What the user chose for the whole run."""

    gate: str = "core"
    patience: float = 1.0
    params: Sequence[tuple[str, str, str]] = ()
    scale: bool = False
    seed: int | None = None
    """Of generated values; None: each check has its own, which never changes."""
    foreseen: Collection[str] = ()
    """Checks whose failure surprises nobody: they get less time, and are not played again."""

    def patience_with(self, check: str) -> float:
        return self.patience * (FORESEEN_SHARE if check in self.foreseen else 1)

    def gates(self, tier: str) -> bool:
        """Each gate includes the tiers before it; info is never judged."""
        return tier != "info" and TIERS.index(tier) <= TIERS.index(self.gate)


@dataclass
class Judge:
    """Gives the verdicts for one target in this process."""

    bench: Bench
    probed: Probed
    rules: Rules
    again: str = "pytest"
    known: dict[str, Result] = field(default_factory=dict)
    spent: float = 0.0
    """Seconds that its checks have taken."""

    def judge(self, item: Item) -> Result:
        """Play a check and give its verdict. Never raises for anything that a target can do."""
        result = self._blank(item)
        limits = self.bench.target.limits
        if self.probed.profile is None:
            _error(result, self.probed.blame, self.probed.fault)
            result.explanation = list(self.probed.explanation)
        elif self.spent > limits.time:
            _error(result, "target", limits.told("time"))
        else:
            began, before = time.monotonic(), self.spent
            self._give_verdict(item, result)
            self.spent = before + time.monotonic() - began  # once, if it has played others that it requires
        return result

    def _give_verdict(self, item: Item, result: Result) -> None:
        try:
            variables = params_of(item.suite, self.rules.params)
            result.title = filled(item.check.title.model_dump(), {**variables, **item.binding})
            part = self._part(item, variables)
            if self._applies(item, part, result):
                self._judge(part, item, result)
        except NotApplicable as exc:
            result.verdict, result.because = "skipped", str(exc)
        except BadValue as exc:
            _error(result, "suite", f"{result.at}: {exc}")
        except NotTestable as exc:
            _error(result, exc.blame, str(exc))
            result.explanation = list(exc.explanation)
            self.bench.retire()
        except Exception as exc:
            _error(result, "environment", f"the tester itself failed: {type(exc).__name__}: {exc}")
            result.explanation = traceback.format_exc().splitlines()[-MOST_TRACEBACK:]
            self.bench.retire()
        self.known[item.id] = result

    def _blank(self, item: Item) -> Result:
        check = item.check
        return Result(
            target=self.bench.target.name,
            suite=item.suite.name,
            check=item.id,
            title=filled(check.title.model_dump(), {**item.suite.params, **item.binding}),
            level=check.level,
            tier=check.tier,
            gates=self.rules.gates(check.tier),
            points=check.points,
            at=f"{item.shown_path}:{check.line}",
            clause=check.clause.model_dump() if check.clause else None,
            again=f"{self.again} -k {item.suite.name}/{item.check.slug}",
        )

    def _part(self, item: Item, variables: Mapping[str, Any]) -> Part:
        profile = self._promised(item, variables.get("reply"))
        encoding = str(variables.get("encoding") or "utf-8")
        texts = texts_of(item.suite, item.check, encoding)
        acknowledges = profile.speaks == "acknowledge"
        return Part(
            suite=item.suite,
            check=item.check,
            variables={**variables, **texts, **item.binding},
            profile=profile,
            replies=Replies(profile.acknowledgement(encoding) if acknowledges else None),
            encoding=encoding,
            patience=self.rules.patience_with(item.id),
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
        if item.suite.applies_to == "socketio":
            return profile.speaking("socketio")
        if "echo" in item.suite.needs:
            return profile.speaking("echo")
        if "acknowledge" in item.suite.needs and profile.speaks != "acknowledge":
            raise BadValue(
                f"no acknowledgement was seen; say what it is: --param {item.suite.name}.reply=TEXT"
            )
        return profile

    def _applies(self, item: Item, part: Part, result: Result) -> bool:
        if item.check.scale and not self.rules.scale:
            result.verdict, result.because = "skipped", "takes many clients; -m scale plays it"
            return False
        wanted, found = item.suite.applies_to, part.profile.kind
        if wanted != found:
            told = f"is for {KINDS[wanted]}, and this server takes {KINDS[found]}"
            result.verdict, result.because = "skipped", told
            return False
        need = part.profile.lacking((*item.suite.needs, *item.check.needs))
        if need is not None:
            result.verdict, result.because = "skipped", f"needs a target that {_feature(need)}"
            return False
        for name in item.suite.requirements(item.check.slug):
            if unmet := self._unmet(item, name):
                # What does not gate itself must not cost the points of others.
                gates = any(one.gates for one in unmet)
                result.verdict, result.blame = "skipped", "target" if gates else ""
                result.because = f"because {item.suite.name}/{name} failed"
                return False
        return True

    def _unmet(self, item: Item, name: str) -> list[Result]:
        """What is not met of a required check, played now if it was not yet played in this process."""
        required = (
            one for one in items_of(item.suite, item.shown_path, item.chosen) if one.check.slug == name
        )
        results = [self.known.get(one.id) or self.judge(one) for one in required]
        return [one for one in results if not one.met or one.blame == "target"]

    def _judge(self, part: Part, item: Item, result: Result) -> None:
        if item.check.given:
            self._explore(part, item, result)
            return
        before = ""
        if item.check.server == "fresh":
            with self.bench.fresh() as instance:
                played = play(part, instance, explain=True)
        else:
            instance = self.bench.shared()
            before, self.bench.last_played = self.bench.last_played, item.id
            played = play(part, instance, earlier=self.bench.heard, explain=True)
            self.bench.remember(messages(played.transcript.events))
            if played.findings:
                self.bench.retire()
        result.seconds = played.seconds
        if played.findings:
            self._explain(part, played, instance, result)
            self._replay(part, played, f"other checks, the last of them {before}" if before else "", result)

    def _explore(self, part: Part, item: Item, result: Result) -> None:
        """Play a property check with many values, and tell of the smallest ones that fail."""
        from .explore import explore  # Hypothesis takes as long to import as many checks to play

        began = time.monotonic()
        explored = explore(part, self.bench, self.rules.seed)
        self.bench.last_played = item.id
        result.seconds = time.monotonic() - began
        result.seed, result.examples = explored.seed, explored.examples
        case = explored.case
        if case is None:
            return
        result.again += f" --netconform-seed {explored.seed}"
        self._explain(case.part, case.played, case.instance, result)
        if explored.confirmed:
            result.attempts += 1
            result.as_check = as_yaml(item.check, {**item.binding, **case.values})
        else:
            self._replay(case.part, case.played, "other examples or checks", result)

    def _explain(self, part: Part, played: Played, instance: Instance, result: Result) -> None:
        result.findings = list(played.findings)
        result.verdict = "failed" if result.gates else "warned"
        result.died = str(played.died) if played.died else ""
        result.transcript = [_event(event) for event in played.transcript.ordered()]
        result.transcript_left_out = played.transcript.left_out
        result.hint = choose_hint(part.check, played)
        result.by_hand = by_hand(part, played.transcript, instance)

    def _replay(self, part: Part, played: Played, after: str, result: Result) -> None:
        """Play again on fresh instances, to say whether it always fails, or only `after` others."""
        if result.check in self.rules.foreseen:
            return
        passes = 0
        with contextlib.suppress(NotTestable):  # a server that does not start again has failed anyway
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
        elif passes == REPLAYS and after:
            result.because = f"fails only after {after}"
        else:
            result.because = f"fails {result.attempts - passes} times in {result.attempts}"


def _feature(need: str) -> str:
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
