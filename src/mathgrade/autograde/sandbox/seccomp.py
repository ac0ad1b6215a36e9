"""Seccomp: system calls the student's code does without, as a program the kernel runs.

No new process, no other program, no socket, no signal to anybody else, no memory that
the limits do not count, no change to a file's owner, mode or times. Threads stay possible.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable

from mathgrade.autograde.sandbox.calls import AUDIT_ARCH, LAST_KNOWN, NUMBERS
from mathgrade.autograde.sandbox.linux import no_new_privileges, prctl

__all__ = ["filter_calls", "knows_this_machine"]

_PR_SET_SECCOMP, _FILTER_MODE = 22, 2
_PR_SET_PDEATHSIG = 1
_CLONE_THREAD = 0x10000

# Classic BPF: code, jump if true, jump if false, operand.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000  # the second numbering of x86_64

_DENIED = """
    execve execveat tkill rt_sigqueueinfo rt_tgsigqueueinfo
    pidfd_open pidfd_send_signal pidfd_getfd ptrace process_vm_readv process_vm_writev
    process_madvise process_mrelease kcmp socket connect bind
    unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount
    fspick mount_setattr memfd_create memfd_secret shmget msgget semget mq_open
    open_by_handle_at name_to_handle_at fanotify_init inotify_init inotify_init1
    truncate mknod mknodat io_uring_setup io_uring_enter io_uring_register bpf perf_event_open
    userfaultfd keyctl add_key request_key personality acct quotactl quotactl_fd syslog
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    fork vfork
"""

# Landlock does not cover these; copying a file calls them and must not fail: they do nothing.
_WITHOUT_EFFECT = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat
    utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
"""

_Step = tuple[int, int, int, int]


def knows_this_machine() -> bool:
    """Whether the filter has the numbers of this machine's system calls."""
    return platform.machine() in AUDIT_ARCH


def filter_calls() -> None:
    """Take the calls away from this process, for good.

    Raises:
        OSError: the kernel has no seccomp, or the machine is one we have no numbers for.
    """
    if not knows_this_machine():
        raise OSError(f"no table of system calls for {platform.machine()}")
    program = b"".join(
        struct.pack("HBBI", code, yes, no, operand) for code, yes, no, operand in _program()
    )
    steps = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    whole = Program(len(program) // 8, ctypes.addressof(steps))
    no_new_privileges()
    prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(whole))


def _program() -> Iterable[_Step]:
    machine = platform.machine()
    numbers = NUMBERS[machine]
    yield from [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        yield from [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    yield from [(_AT_LEAST, 0, 1, LAST_KNOWN + 1), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]
    # The flags of clone3 cannot be seen from here: libraries fall back to clone.
    yield from _refuse(numbers["clone3"], errno.ENOSYS)
    for name in _DENIED.split():
        if name in numbers:
            yield from _refuse(numbers[name], errno.EPERM)
    for name in _WITHOUT_EFFECT.split():
        if name in numbers:
            yield from _refuse(numbers[name], 0)
    own = os.getpid()
    yield from _only(numbers["clone"], [(_ANY_BIT, 1, 0, _CLONE_THREAD)])
    for name in ("kill", "tgkill"):
        yield from _only(numbers[name], [(_EQUAL, 1, 0, own)])
    yield from _only(numbers["prlimit64"], [(_EQUAL, 2, 0, 0), (_EQUAL, 1, 0, own)])
    # Ending with the one that started it is not for the student's code to decide.
    yield from _only(numbers["prctl"], [(_EQUAL, 0, 1, _PR_SET_PDEATHSIG)])
    yield (_RETURN, 0, 0, _ALLOW)


def _refuse(number: int, error: int) -> list[_Step]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]


def _only(number: int, tests: list[_Step]) -> list[_Step]:
    """Refuse the call unless a test of its first argument jumps over the refusal."""
    inside = [(_LOAD, 0, 0, _FIRST_ARGUMENT), *tests, (_RETURN, 0, 0, _ERROR | errno.EPERM)]
    after: list[_Step] = [(_LOAD, 0, 0, _NUMBER)]
    return [(_EQUAL, 0, len(inside) + len(after), number), *inside, *after]
