"""How far instances are shut in: a ladder, of which the highest rung that this machine allows is taken."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..errors import EnvironmentFault, NotTestable
from .landlock import version

Rung = Literal["box", "landlock", "process", "off"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
AUTO = "auto"
MEANING: dict[Rung, str] = {
    "box": "each server has its own network, processes and files",
    "landlock": "servers share this machine's ports; files held by Landlock",
    "process": "servers share this machine's ports and files",
    "off": "servers run as if started by hand",
}
REMEDIES = (
    (("user namespace", "not permitted"), "in a container: --security-opt seccomp=unconfined, or Podman"),
    (("_map", ""), "on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    (("setgroups", ""), "on Ubuntu: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    (("No space left", ""), "sudo sysctl -w user.max_user_namespaces=10000"),
    (("on /proc", ""), "in a container: --security-opt systempaths=unconfined"),
    (("read-only", "not implemented"), "Linux 5.12 or newer has what a box needs"),
)
"""Words of a refusal -> what would lift it."""


@dataclass(frozen=True)
class Standing:
    """The rung on which a run stands, and why it is no higher, and what would lift it."""

    rung: Rung
    why: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        text = f"sandbox {self.rung}: {MEANING[self.rung]}"
        if self.why:
            text += f"\n  no box: {self.why}"
        return f"{text}\n  try: {self.remedy}" if self.remedy else text


def stand(wanted: str) -> Standing:
    """The rung that was asked for, or with `auto` the highest. Raises EnvironmentFault where the machine
    does not allow what was demanded."""
    if wanted in ("process", "off"):
        return Standing("process" if wanted == "process" else "off")
    if wanted in (AUTO, "box"):
        why = _refusal_of_box()
        if not why:
            return Standing("box")
        remedy = _remedy(why)
        if wanted == "box":
            raise EnvironmentFault(f"{why}{f'; try: {remedy}' if remedy else ''}")
        return Standing("landlock" if version() else "process", why, remedy)
    if version():
        return Standing("landlock")
    raise EnvironmentFault("this kernel has no Landlock")


def _refusal_of_box() -> str:
    """Why this machine allows no box; empty where it does. All of it is tried, never assumed."""
    if not sys.platform.startswith("linux"):
        return f"namespaces are there on Linux only, and this is {sys.platform}"
    from .command import TOKEN, Command
    from .start import launch
    from .target import Target

    program = shutil.which("true") or sys.executable
    try:
        launch(Command(program, (program,), Path.cwd(), {TOKEN: ""}), Target("", "", rung="box")).close()
    except NotTestable as exc:
        return str(exc)
    return ""


def _remedy(why: str) -> str:
    return next((remedy for words, remedy in REMEDIES if all(word in why for word in words)), "")
