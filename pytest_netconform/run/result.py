"""The outcome of one check on one target, as plain data: what every report is drawn from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["passed", "failed", "warned", "skipped", "error"]
Received = Literal["nothing", "short", "different", "extra"]
VERDICTS: tuple[Verdict, ...] = ("passed", "failed", "warned", "skipped", "error")


@dataclass(frozen=True)
class Finding:
    """One mismatch. `at` is the step's `file:line`; `missed` tells that a deadline passed;
    `looks_like` is the name of the defect that it looks like, see `signature`."""

    text: str
    at: str
    expected: str = ""
    received: str = ""
    got: Received | None = None
    ended: Literal["fin", "reset"] | None = None
    missed: bool = False
    looks_like: str | None = None


@dataclass
class Result:
    """One check on one target. `check` is `suite/slug[param]`; seconds; all texts safe to print."""

    target: str
    suite: str
    check: str
    title: dict[str, str | None]
    level: str
    tier: str
    gates: bool
    points: int
    at: str
    clause: dict[str, str] | None = None
    verdict: Verdict = "passed"
    because: str = ""
    explanation: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    transcript: list[dict[str, Any]] = field(default_factory=list)
    transcript_left_out: int = 0
    died: str = ""
    hint: dict[str, str | None] | None = None
    by_hand: str = ""
    as_check: str = ""
    """The smallest failing example of a property check, as YAML for a suite."""
    seed: int | None = None
    examples: int = 0
    """How many examples were played, up to the first that failed."""
    again: str = ""
    blame: str = ""
    attempts: int = 1
    seconds: float = 0.0

    @property
    def met(self) -> bool:
        """Whether the target does not fall short of it: it may not apply, and a check that gates and is
        only warned of was met when it was played again."""
        return self.verdict != "failed" and (self.verdict != "warned" or self.gates)

    @property
    def earned(self) -> int:
        """All points or none."""
        return self.points if self.verdict in ("passed", "warned") and self.met else 0

    @property
    def is_untested(self) -> bool:
        """Whether it could not be tested, which is no fault of the target."""
        return self.verdict == "error" and self.blame != "target"

    @property
    def counts(self) -> bool:
        """Whether the points belong to the total: not where the check does not gate or does not
        apply, and never where the fault is not the target's."""
        if not self.gates or self.is_untested:
            return False
        return self.verdict != "skipped" or self.blame == "target"

    def as_dict(self) -> dict[str, Any]:
        findings = [asdict(finding) for finding in self.findings]
        return {**vars(self), "findings": findings, "earned": self.earned, "counts": self.counts}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Result:
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        findings = [Finding(**finding) for finding in known.pop("findings")]
        return cls(**known, findings=findings)
