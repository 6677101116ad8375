"""One run in one process: which suites, what each target speaks, and who judges it."""

from __future__ import annotations

import shlex
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from . import bundled, options
from .collection import is_suite
from .errors import SuiteError, UsageError, did_you_mean

if TYPE_CHECKING:
    from .run.judge import Judge
    from .run.profile import Probed
    from .suite.model import Suite
    from .target import Standing, Target, Transport

RUN = pytest.StashKey["Run"]()
WORKERINPUT = "netconform"

OF_NO_EFFECT_ON_ONE_CHECK = ("record", "lang", "target-start-timeout")
ADDED_TO_WHAT_NEEDS_IT = ("seed",)


class Run:
    """All checks against all targets, in this process."""

    def __init__(self, config: pytest.Config, settings: options.Settings) -> None:
        self.config = config
        self.settings = settings
        self.targets: dict[str, Target] = {one.name: one for one in settings.targets}
        self.default_suites = False
        self.has_broken_suites = False
        self.untested = 0
        self.probed: dict[str, Probed] = {}
        self.judges: dict[str, Judge] = {}
        self.standing: Standing | None = None
        """None without targets."""

    # ------------------------------------------------------------ which suites

    def choose_suites(self) -> None:
        """Without paths on the command line the bundled suites are collected; --suite adds by name."""
        if not self.targets:
            return
        self._refuse_unknown_suites_of_params()
        config = self.config
        typed_paths = config.args_source is config.ArgsSource.ARGS
        paths = list(config.args) if typed_paths or not self.settings.targets_typed else []
        if self.settings.suites:
            paths += [str(path) for path in self._named_suites()]
        elif not typed_paths:
            self.default_suites = True
            paths += map(str, bundled.suites())
        config.args = paths

    def _named_suites(self) -> list[Path]:
        known = {path.stem: path for path in bundled.suites()}
        found: list[Path] = []
        for pattern in self.settings.suites:
            names = [name for name in known if fnmatchcase(name, pattern)]
            if not names:
                hint = did_you_mean(pattern, known) or f"; there are {', '.join(known)}"
                raise UsageError(f"--netconform-suite: no bundled suite is called {pattern!r}{hint}")
            found += [known[name] for name in names if known[name] not in found]
        return found

    def _refuse_unknown_suites_of_params(self) -> None:
        """Where only bundled suites can be meant. The parameter itself is judged when its suite is read."""
        known = {path.stem for path in bundled.suites()}
        if self.config.args_source is self.config.ArgsSource.ARGS:
            return
        for pattern, key, _ in self.settings.params:
            if not any(fnmatchcase(name, pattern) for name in known):
                hint = did_you_mean(pattern, known)
                raise UsageError(
                    f"--netconform-param {pattern}.{key}: no bundled suite is called {pattern!r}{hint}"
                )

    def wrong_param(self, suite: Suite) -> str:
        """What is wrong with the parameters that were set for this suite; or nothing."""
        from .run.items import params_of

        for name, key, _ in self.settings.params:
            if name == suite.name and key not in suite.params:
                hint = did_you_mean(key, suite.params) or f"; it has {', '.join(suite.params) or 'none'}"
                return f"--netconform-param {name}.{key}: the suite has no parameter {key!r}{hint}"
        params = params_of(suite, self.settings.params)
        encoding, reply = str(params.get("encoding") or "utf-8"), str(params.get("reply") or "")
        try:
            reply.encode(encoding)
        except LookupError:
            return f"--netconform-param {suite.name}.encoding: Python knows no text encoding {encoding!r}"
        except UnicodeEncodeError:
            return f"--netconform-param {suite.name}.reply: {reply!r} cannot be written in {encoding}"
        return ""

    def is_chosen(self, path: Path) -> bool:
        """The user named this suite; it is not one of the default ones."""
        return not (self.default_suites and path.parent == bundled.suites_dir())

    def fits(self, target: str, suite: Suite) -> bool:
        """Whether a suite that nobody named is for this target. One that cannot be started gets all."""
        profile = self.probed[target].profile
        return profile is None or profile.fits(suite)

    def _demanded(self) -> Transport | None:
        """What every suite that the user named is for: then a target must be reached by that."""
        folder = self.config.invocation_params.dir
        paths = [folder / arg.partition("::")[0] for arg in self.config.args]
        if self.default_suites or not all(path.is_file() and is_suite(path) for path in paths):
            return None
        from .suite.load import load

        try:
            wanted = {load(path).applies_to for path in paths}
        except SuiteError:
            return None  # the collection tells
        if len(wanted) != 1:
            return None
        return "udp" if wanted.pop() == "udp" else "tcp"

    # ------------------------------------------------------------ the targets

    def start(self) -> None:
        """Learn what each target speaks: by a probe, or from the controller that has probed."""
        if not self.targets:
            return
        from .run.bench import Bench
        from .run.judge import Judge, Rules
        from .run.probe import probe
        from .run.profile import Probed
        from .target import Standing, stand

        told = getattr(self.config, "workerinput", {}).get(WORKERINPUT)
        settings = self.settings
        self.standing = standing = Standing(**told["standing"]) if told else stand(settings.sandbox)
        scale = "scale" in self.config.option.markexpr
        rules = Rules(settings.gate, settings.patience, settings.params, scale, seed(self.config, settings))
        demanded = self._demanded()
        for name, target in list(self.targets.items()):
            one = replace(target, transport=demanded, rung=standing.rung)
            found = Probed.from_dict(told["probed"][name]) if told else probe(one, settings.patience)
            self.probed[name] = found.declared(settings.profile)
            self.targets[name] = one = found.reached(one)
            self.judges[name] = Judge(Bench(one), self.probed[name], rules, again(self.config, one))
        self._know_rivals()
        self._refuse_unknown_speakers()

    def _know_rivals(self) -> None:
        fixed = self.fixed_ports()
        for name, port in fixed.items():
            others = [other for other, same in fixed.items() if same == port and other != name]
            self.judges[name].bench.rivals = [self.judges[other].bench for other in others]

    def fixed_ports(self) -> dict[str, int]:
        """By target: the hard-coded port, of which this machine has but one. Each box has its own."""
        if self.standing is None or self.standing.boxed:
            return {}
        return {name: found.port for name, found in self.probed.items() if not found.takes_port}

    def _refuse_unknown_speakers(self) -> None:
        if not self.default_suites:
            return
        for name, found in self.probed.items():
            if found.profile is not None and not found.profile.has(_LEAST[found.profile.transport]):
                raise UsageError(
                    f"target {name!r} {found.profile.seen}: no bundled suite fits that by itself. "
                    f"{_WHAT_TO_SAY[found.profile.transport]}"
                )

    def for_worker(self) -> dict[str, Any]:
        """What an xdist worker has to be told, so that all collect the same."""
        probed = {name: found.as_dict() for name, found in self.probed.items()}
        return {"standing": asdict(self.standing) if self.standing else {}, "probed": probed}

    def header(self) -> list[str]:
        lines = [f"netconform: {self.standing}"] if self.standing else []
        return lines + [f"netconform: {name}{_found(found)}" for name, found in self.probed.items()]

    def stop(self) -> None:
        for judge in self.judges.values():
            judge.bench.retire()


_LEAST = {"tcp": "replies", "udp": "echo"}
"""The feature without which no bundled suite is for a target."""
_WHAT_TO_SAY = {
    "tcp": "If it should echo, say --suite tcp-echo; if it should acknowledge, say "
    "--suite tcp-ack --param 'tcp-ack.reply=ok!'.",
    "udp": "If it should echo, say --suite udp-echo.",
}


def _found(found: Probed) -> str:
    if found.profile is None:
        return "\n".join([f": {found.fault}", *(f"  {line}" for line in found.explanation)])
    port = "" if found.takes_port else f"; port {found.port}"
    others = f"; also listens on {', '.join(found.also_listens)}" if found.also_listens else ""
    return "\n".join([f" {found.profile.seen}{port}{others}", *(f"  {note}" for note in found.notes)])


def seed(config: pytest.Config, settings: options.Settings) -> int | None:
    """What the user says to Hypothesis itself counts first; it may also say `random`."""
    typed = config.getoption("hypothesis_seed", None)
    if typed is None:
        return settings.seed
    import random

    return int(typed) if typed.isdecimal() else random.getrandbits(32)


def again(config: pytest.Config, target: Target) -> str:
    """The command line that tests this target in the same way, to which a selection is added."""
    words = ["pytest"]
    for option in options.OPTIONS:
        typed = config.getoption(option.ini)
        if typed is None or option.key in (*OF_NO_EFFECT_ON_ONE_CHECK, *ADDED_TO_WHAT_NEEDS_IT):
            continue
        values = [typed] if isinstance(typed, str) else typed
        if option.key == "target":
            values = [target.command if len(typed) == 1 else f"{target.name}={target.command}"]
        words += [f"{option.short} {shlex.quote(value)}" for value in values]
    if config.args_source is config.ArgsSource.ARGS:
        paths = dict.fromkeys(arg.partition("::")[0] for arg in config.args)
        words += [shlex.quote(path) for path in paths if not is_below(path, bundled.suites_dir())]
    return " ".join(words)


def is_below(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(folder)
