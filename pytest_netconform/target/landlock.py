"""Rules about files and signals that a process gives itself for good: landlock(7), linux/landlock.h.

Used by the guard for its child that becomes the target, and by the tester to know whether the kernel has
it: only the standard library, and little of it.
"""

from __future__ import annotations

import ctypes
import os
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION = 1
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE = 1 << 4 | 1 << 5
MAKE = 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12
REFER, TRUNCATE, IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
CHANGE = WRITE_FILE | TRUNCATE | IOCTL_DEVICE
ALL = READ | CHANGE | MAKE | REMOVE | REFER
OF_FILES = EXECUTE | READ_FILE | CHANGE
"""What can be allowed for a file rather than a folder."""
SINCE = ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEVICE))
"""The version of the interface from which on it knows a right."""
SCOPES_SINCE = 6
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1, 2
HANDLED = (1 << 16) - 1

Rules = list[tuple[str, int]]
"""(path, rights on it and all below it)."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Of the kernel's Landlock interface; 0 where it has none."""
    if sys.platform != "linux":  # the number of the call means something else there
        return 0
    return max(0, int(_libc().syscall(CREATE_RULESET, None, 0, VERSION)))


def restrict(rules: Rules) -> None:
    """This process and its children: nothing but what the rules allow, and signals among themselves only.
    Raises OSError."""
    found = version()
    known = HANDLED
    for since, right in SINCE:
        known &= ~right if found < since else HANDLED
    scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if found >= SCOPES_SINCE else 0
    ruleset = _Ruleset(known, 0, scopes)
    size = ctypes.sizeof(ruleset) if scopes else 8
    descriptor = _must(_libc().syscall(CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    for path, rights in rules:
        _allow(descriptor, path, rights & known)
    _must(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _must(_libc().syscall(RESTRICT_SELF, descriptor, 0))
    os.close(descriptor)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it is gone, or it is no business of this user
        return
    is_folder = os.fstat(descriptor).st_mode & 0o170000 == 0o040000
    rule = _PathBeneath(rights if is_folder else rights & OF_FILES, descriptor)
    _must(_libc().syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0))
    os.close(descriptor)


def _must(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
