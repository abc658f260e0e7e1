"""Has the kernel refuse a process what reading a film does not need: Linux on x86-64 and arm64.

A list of what is forbidden and not of what is allowed: a system call that a newer C library makes
must not turn every film into one that cannot be read.
"""

import ctypes
import errno
import platform
import sys
from collections.abc import Iterator
from typing import Final

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
"""Of prctl(2); <linux/prctl.h>, <linux/seccomp.h>."""
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Steps of classic BPF on words of 32 bits; <linux/bpf_common.h>."""
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16
"""Within `struct seccomp_data`."""
IS_THREAD: Final = 0x00010000
"""CLONE_THREAD: decoders work in threads, which stay in this process and under its limits."""
OTHER_ABI: Final = 0x40000000
"""From here on x86-64 counts a second set of the same calls (x32)."""

MACHINES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column below, and <linux/audit.h>'s name for the machine."""
CLONE: Final = (56, 220)
CLONE3: Final = (435, 435)
NONE: Final = -1
"""This machine never had the call."""
FORBIDDEN: Final = {
    # Sockets, also those that were open before.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),
    # Files by name, and what becomes of the one that is open.
    "open": (2, NONE),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, NONE),
    "open_by_handle_at": (304, 265),
    "truncate": (76, 45),
    "memfd_create": (319, 279),
    "unlink": (87, NONE),
    "unlinkat": (263, 35),
    "rename": (82, NONE),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, NONE),
    "linkat": (265, 37),
    "symlink": (88, NONE),
    "symlinkat": (266, 36),
    "mkdir": (83, NONE),
    "mkdirat": (258, 34),
    "rmdir": (84, NONE),
    "mknod": (133, NONE),
    "mknodat": (259, 33),
    "chmod": (90, NONE),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, NONE),
    "fchown": (93, 55),
    "lchown": (94, NONE),
    "fchownat": (260, 54),
    "utime": (132, NONE),
    "utimes": (235, NONE),
    "futimesat": (261, NONE),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    # Processes: new ones, and what can be done to others of the same account.
    "fork": (57, NONE),
    "vfork": (58, NONE),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "prlimit64": (302, 261),
    "setpriority": (141, 140),
    "sched_setaffinity": (203, 122),
    # Other ways out of this process, and into the kernel.
    "mount": (165, 40),
    "umount2": (166, 39),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
}
"""Numbers on x86-64 and on arm64, as in the kernel's syscall tables."""


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_so", ctypes.c_uint8),
        ("if_not", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def forbid() -> bool:
    """Forbid it to this thread and all it will start, for good; False where that cannot be had.

    To be called while there is one thread. What is forbidden fails with `EPERM`.
    """
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    steps = tuple(_filter(*machine))
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None)
    return (
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        and libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program)) == 0
    )


def _filter(column: int, machine: int) -> Iterator[_Step]:
    yield _Step(LOAD, 0, 0, MACHINE_AT)
    yield _Step(IF_EQUAL, 1, 0, machine)
    yield _Step(RETURN, 0, 0, KILL)
    yield _Step(LOAD, 0, 0, NUMBER_AT)
    yield from _refuse(IF_AT_LEAST, OTHER_ABI, errno.EPERM)
    # Its flags lie in memory, where no filter can see them; told that there is no such call, a C
    # library makes its threads by `clone`.
    yield from _refuse(IF_EQUAL, CLONE3[column], errno.ENOSYS)
    for numbers in FORBIDDEN.values():
        if numbers[column] != NONE:
            yield from _refuse(IF_EQUAL, numbers[column], errno.EPERM)
    yield _Step(IF_EQUAL, 0, 3, CLONE[column])
    yield _Step(LOAD, 0, 0, FIRST_ARGUMENT_AT)
    yield _Step(IF_ANY_BIT, 1, 0, IS_THREAD)
    yield _Step(RETURN, 0, 0, REFUSE | errno.EPERM)
    yield _Step(RETURN, 0, 0, ALLOW)


def _refuse(test: int, value: int, error: int) -> Iterator[_Step]:
    yield _Step(test, 0, 1, value)
    yield _Step(RETURN, 0, 0, REFUSE | error)
