"""How far instances are shut in: a ladder, of which the highest rung that this machine allows is taken."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..errors import EnvironmentFault, NotTestable
from .landlock import version

Rung = Literal["box", "bubblewrap", "landlock", "process", "off"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
BOXED: tuple[Rung, ...] = ("box", "bubblewrap")
"""On these each instance has a network, processes and files of its own."""
AUTO = "auto"
MEANING: dict[Rung, str] = {
    "box": "each server has its own network, processes and files",
    "bubblewrap": "each server has its own network, processes and files, by bwrap",
    "landlock": "servers share this machine's ports; files held by Landlock",
    "process": "servers share this machine's ports and files",
    "off": "servers run as if started by hand",
}
REMEDIES = (
    (("user namespace", "not permitted"), "in a container: --security-opt seccomp=unconfined, or Podman"),
    (("_map", ""), "on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    (("setgroups", ""), "on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    (("uid map", ""), "on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    (("bwrap is not installed", ""), "on Debian and Ubuntu: sudo apt install bubblewrap"),
    (("bwrap: Unknown option", ""), "bubblewrap 0.8 or newer"),
    (("No space left", ""), "sudo sysctl -w user.max_user_namespaces=10000"),
    (("on /proc", ""), "in a container: --security-opt systempaths=unconfined"),
    (("read-only", "not implemented"), "Linux 5.12 or newer has what a box needs"),
)
"""Words of a refusal -> what would lift it."""


@dataclass(frozen=True)
class Standing:
    """The rung on which a run stands, and why it is no higher, and what would lift it: `why` there is no box,
    and no one by bwrap either."""

    rung: Rung
    why: str = ""
    remedy: str = ""
    why_no_bubblewrap: str = ""

    @property
    def boxed(self) -> bool:
        return self.rung in BOXED

    def __str__(self) -> str:
        text = f"sandbox {self.rung}: {MEANING[self.rung]}"
        if self.why:
            text += f"\n  no box: {self.why}"
        if self.why_no_bubblewrap:
            text += f"\n  no bubblewrap: {self.why_no_bubblewrap}"
        return f"{text}\n  try: {self.remedy}" if self.remedy else text


def stand(wanted: str) -> Standing:
    """The rung that was asked for, or with `auto` the highest. Raises EnvironmentFault where the machine
    does not allow what was demanded."""
    if wanted in ("process", "off"):
        return Standing("process" if wanted == "process" else "off")
    for rung in BOXED:
        if wanted == rung:
            return _demanded(rung)
    if wanted == AUTO:
        return _highest()
    if version():
        return Standing("landlock")
    raise EnvironmentFault("this kernel has no Landlock")


def _demanded(rung: Rung) -> Standing:
    if why := refusal_of(rung):
        remedy = _remedy(why)
        raise EnvironmentFault(f"{why}{f'; try: {remedy}' if remedy else ''}")
    return Standing(rung)


def _highest() -> Standing:
    why = refusal_of("box")
    if not why:
        return Standing("box")
    remedy = _remedy(why)
    why_no_bubblewrap = refusal_of("bubblewrap")
    if not why_no_bubblewrap:
        return Standing("bubblewrap", why, remedy)
    return Standing("landlock" if version() else "process", why, remedy, why_no_bubblewrap)


def refusal_of(rung: Rung) -> str:
    """Why this machine allows no such box; empty where it does. All of it is tried, never assumed."""
    if not sys.platform.startswith("linux"):
        return f"namespaces are there on Linux only, and this is {sys.platform}"
    from .command import TOKEN, Command
    from .start import launch
    from .target import Target

    program = shutil.which("true") or sys.executable
    try:
        with tempfile.TemporaryDirectory(prefix="netconform-") as folder:
            command = Command(program, (program,), Path(folder), {TOKEN: ""})
            launch(command, Target("", "", rung=rung)).close()
    except NotTestable as exc:
        return str(exc)
    return ""


def _remedy(why: str) -> str:
    return next((remedy for words, remedy in REMEDIES if all(word in why for word in words)), "")
