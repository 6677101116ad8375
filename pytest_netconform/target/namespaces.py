"""The namespaces of an instance, made and furnished from inside: user_namespaces(7) and its companions.

Used by the guard process only, which works under the system's rights of an ordinary user: only the
standard library, and little of it. Each failure is an OSError that says at which step.
"""

# ruff: noqa: PTH102, PTH103, PTH110, PTH112, PTH115, PTH120, PTH211 - pathlib takes long to import
from __future__ import annotations

import _socket
import ctypes
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
PRIVATE_TO_EACH = NEWPID | NEWUTS | NEWIPC

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
PID_MAX_IS_PRIVATE = (6, 14)
"""Before, it is the whole machine's."""
FEWEST_TASKS = 400
"""The kernel takes no less than some 300."""
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8913, 0x8914, 0x8916, 1
LOOPBACK = 1
"""The index of its interface."""
ANY_ID = 4294967295
AF_NETLINK, NETLINK_SOCK_DIAG = 16, 4
MSG_CMSG_CLOEXEC = 0x40000000
MOST_DESCRIPTORS = 8
LONGEST_QUESTION = 64
RIGHTS_OVER_FILES = {0, 1, 2, 3, 5, 6, 7}
"""Of root inside (capabilities(7)): CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, KILL, SETGID, SETUID."""
LAST_CAPABILITY = 63
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}

View = list[tuple[str, str]]
"""What the instance sees of the file system: (kind, path), parents before children.

`hide` an empty folder of its own instead, `show` what is there although it is inside a hidden folder,
`link` the symbolic link that is there,
`own` a writable copy that is dropped with the instance, and `cache` another one. All else can be read only.
"""

_libc = ctypes.CDLL(None, use_errno=True)


class Refused(OSError):
    """The kernel refused a step."""

    def __init__(self, step: str, number: int) -> None:
        super().__init__(number, f"{step}: {os.strerror(number)}")

    def __str__(self) -> str:
        return str(self.args[1])


def _must(result: int, step: str) -> None:
    if result < 0:
        raise Refused(step, ctypes.get_errno())


# ---------------------------------------------------------------- going in


def enter(joined: tuple[int, ...]) -> None:
    """Into new namespaces; or into the user and network namespace of these two descriptors, and for the
    rest into new ones. The next child of this process is PID 1."""
    if joined:
        user, network = joined
        _must(_libc.setns(user, NEWUSER), "join the user namespace")
        _must(_libc.setns(network, NEWNET), "join the network namespace")
        _must(_libc.unshare(PRIVATE_TO_EACH), "make a PID namespace")
        return
    map_ids = _map_all() if os.getuid() == 0 else _map_own()
    _must(_libc.unshare(NEWUSER | NEWNET | PRIVATE_TO_EACH), "make a user namespace")
    map_ids()
    _loopback_up()
    _more_addresses()
    _write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0")  # in a network of its own any port is free


def _map_own() -> Callable[[], None]:
    """An ordinary user may map itself only. Inside, before it is mapped, it is nobody: so its numbers are
    asked for outside. Returns what is to be called when this process is inside."""
    user, group = os.geteuid(), os.getegid()

    def map_ids() -> None:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")

    return map_ids


def _map_all() -> Callable[[], None]:
    """Root may map everybody, so that the files of others keep their owners; but only from outside: a
    child stays there. Returns what is to be called when this process is inside."""
    asked, ask = os.pipe()
    me = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.close(ask)
            os.read(asked, 1)
            for name in ("uid_map", "gid_map"):
                _write(f"/proc/{me}/{name}", f"0 0 {ANY_ID}")
        except OSError as exc:
            os._exit(exc.errno or 1)
        os._exit(0)

    def map_ids() -> None:
        os.close(asked)
        os.close(ask)  # its end is the question
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            raise Refused("map the users", status)

    return map_ids


def _write(path: str, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    except OSError as exc:
        raise Refused(f"write {path}", exc.errno or 0) from None


def _loopback_up() -> None:
    """netdevice(7). A new network namespace has nothing else, and it is down."""
    control = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    try:
        request = bytearray(40)
        request[:2] = b"lo"
        buffer = (ctypes.c_char * 40).from_buffer(request)
        _must(_libc.ioctl(control.fileno(), SIOCGIFFLAGS, buffer), "look at the loopback")
        request[16] |= IFF_UP
        _must(_libc.ioctl(control.fileno(), SIOCSIFFLAGS, buffer), "start the loopback")
    finally:
        control.close()


def _more_addresses() -> None:
    """Of the loopback: a machine with none but 127.0.0.1 and ::1 counts as one without IPv4 and IPv6 for
    getaddrinfo(3) with AI_ADDRCONFIG, which then knows not even 127.0.0.1."""
    fourth = b"lo:1".ljust(16, b"\0") + _socket.AF_INET.to_bytes(2, sys.byteorder)
    fourth += bytes(2) + _socket.inet_pton(_socket.AF_INET, "127.0.0.2")
    sixth = _socket.inet_pton(_socket.AF_INET6, "fd00::1")
    sixth += b"".join(number.to_bytes(4, sys.byteorder) for number in (128, LOOPBACK))
    for family, request in ((_socket.AF_INET, fourth), (_socket.AF_INET6, sixth)):
        try:
            control = _socket.socket(family, _socket.SOCK_DGRAM)
        except OSError:  # a kernel without IPv6
            continue
        _libc.ioctl(control.fileno(), SIOCSIFADDR, request.ljust(40, b"\0"))  # without it most works too
        control.close()


# ---------------------------------------------------------------- sockets for the tester


class Channel:
    """Hands out new sockets of this network (SCM_RIGHTS, unix(7)), which belong for ever to the network in
    which they were made, whoever uses them. A netlink socket comes unasked, and the user and the network
    namespace for those who join."""

    def __init__(self, fd: int) -> None:
        os.set_inheritable(fd, False)
        self._socket = _socket.socket(fileno=fd)
        netlink = _socket.socket(AF_NETLINK, _socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        namespaces = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in ("user", "net")]
        self._send([netlink.fileno(), *namespaces])
        netlink.close()
        for descriptor in namespaces:
            os.close(descriptor)

    def fileno(self) -> int:
        return self._socket.fileno()

    def serve(self) -> bool:
        """Answer one question, as `2 1 32`: family, kind, count. False at the end."""
        question = self._socket.recv(LONGEST_QUESTION)
        if question:
            self.answer(question)
        return bool(question)

    def receive(self) -> tuple[bytes, list[int]]:
        """A question, or descriptors with the reason for them; nothing at the end."""
        room = _socket.CMSG_SPACE(4 * MOST_DESCRIPTORS)
        data, messages, _, _ = self._socket.recvmsg(LONGEST_QUESTION, room, MSG_CMSG_CLOEXEC)
        return data, descriptors_in(messages)

    def answer(self, question: bytes) -> None:
        family, kind, count = map(int, question.split())
        made = [_socket.socket(family, kind) for _ in range(count)]
        self._send([one.fileno() for one in made])
        for one in made:
            one.close()

    def _send(self, descriptors: list[int]) -> None:
        send_descriptors(self._socket, b"+", descriptors)


def send_descriptors(to: _socket.socket, data: bytes, descriptors: list[int]) -> None:
    numbers = b"".join(one.to_bytes(4, sys.byteorder) for one in descriptors)
    to.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])


def descriptors_in(messages: list[tuple[int, int, bytes]]) -> list[int]:
    """Of those that recvmsg() gives."""
    numbers = b"".join(data[: len(data) // 4 * 4] for _, kind, data in messages if kind == _socket.SCM_RIGHTS)
    return [int.from_bytes(numbers[at : at + 4], sys.byteorder) for at in range(0, len(numbers), 4)]


# ---------------------------------------------------------------- the file system


def furnish(view: View, room: int, tasks: int) -> None:
    """In PID 1: give this process and its children a view of the file system of their own. Each
    private folder takes `room` bytes. They can be so many threads and processes at once, on Linux 6.14."""
    _must(_libc.unshare(NEWNS), "make a mount namespace")
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    # What is below a folder that is going to be hidden can still be reached by its descriptor.
    kept = {path: os.open(path, os.O_PATH) for kind, path in view if kind in FROM_OUTSIDE}
    links = {path: os.readlink(path) for kind, path in view if kind == "link"}
    devices = {name: os.open(f"/dev/{name}", os.O_PATH) for name in DEVICES}
    _read_only("/", MS_RDONLY | MS_NOSUID)
    space = f"size={room},mode=755"
    _mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, space)  # for the copies, until the true one covers it
    for number, (kind, path) in enumerate(view):
        if kind == "link":
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(links[path], path)
        else:
            FURNITURE[kind](path, kept.get(path, -1), number, room)
    _furnish_devices(devices, room)
    for descriptor in (*kept.values(), *devices.values()):
        os.close(descriptor)
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    _mount("proc", "/proc", "proc", flags)
    if kernel() >= PID_MAX_IS_PRIVATE:
        _write("/proc/sys/kernel/pid_max", str(max(tasks, FEWEST_TASKS)))
    _mount("proc", "/proc", None, flags | MS_RDONLY | MS_REMOUNT)


def _hide(path: str, _: int, number: int, room: int) -> None:
    os.makedirs(path, exist_ok=True)
    _mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, f"size={room},mode=1777")


def _show(path: str, kept: int, number: int, room: int) -> None:
    source = f"/proc/self/fd/{kept}"
    if os.path.isdir(source):
        os.makedirs(path, exist_ok=True)
    elif not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
    _mount(source, path, None, MS_BIND | MS_REC)


def _own(path: str, kept: int, number: int, room: int) -> None:
    """What is written goes to memory, over what is there (overlayfs in the kernel's documentation)."""
    os.makedirs(path, exist_ok=True)
    upper, work = f"/dev/{number}.upper", f"/dev/{number}.work"
    os.mkdir(upper)
    os.mkdir(work)
    options = f"lowerdir=/proc/self/fd/{kept},upperdir={upper},workdir={work},userxattr"
    _mount("overlay", path, "overlay", MS_NOSUID, options)


FURNITURE = {"hide": _hide, "show": _show, "cache": _own, "own": _own}
FROM_OUTSIDE = ("show", "cache", "own")


def _furnish_devices(devices: dict[str, int], room: int) -> None:
    """Disks and the memory are no business of an instance, even where its user is root."""
    _mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, f"size={room},mode=755")
    for name, descriptor in devices.items():
        os.close(os.open(f"/dev/{name}", os.O_WRONLY | os.O_CREAT))
        _mount(f"/proc/self/fd/{descriptor}", f"/dev/{name}", None, MS_BIND)
    for name, target in LINKS.items():
        os.symlink(target, f"/dev/{name}")
    os.mkdir("/dev/shm")  # noqa: S108
    os.mkdir("/dev/pts")
    _mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"size={room},mode=1777")  # noqa: S108
    _mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=600")


def kernel() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)))


class _MountAttributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace"))


def _read_only(path: str, flags: int) -> None:
    """With all that is mounted below it: mount_setattr(2), Linux 5.12."""
    attributes = _MountAttributes(flags, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    found = _libc.syscall(
        MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), AT_RECURSIVE, ctypes.byref(attributes), size
    )
    _must(found, "make the file system read-only")


def _mount(source: str | None, path: str, kind: str | None, flags: int, options: str = "") -> None:
    words = [word and os.fsencode(word) for word in (source, path, kind)]
    _must(_libc.mount(*words, flags, os.fsencode(options)), f"mount {kind or 'a folder'} on {path}")


# ---------------------------------------------------------------- rights


def give_up_rights() -> None:
    """Before the target begins: nothing that it runs can gain or use any right over the namespaces."""
    for capability in range(LAST_CAPABILITY + 1):
        if os.getuid() != 0 or capability not in RIGHTS_OVER_FILES:
            _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused beyond the kernel's last one
    _must(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new rights")
