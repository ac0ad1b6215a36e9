"""System calls by number, for the two machines the seccomp filter knows."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AUDIT_ARCH", "LAST_KNOWN", "NUMBERS"]

AUDIT_ARCH: Mapping[str, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How the kernel names the machine to a filter (include/uapi/linux/audit.h)."""

LAST_KNOWN = 462
"""What a kernel adds after this number does not exist for the student's code."""

_TABLE = """
    # name             x86_64 aarch64
    # -- processes
    clone                  56     220
    fork                   57       -
    vfork                  58       -
    clone3                435     435
    execve                 59     221
    execveat              322     281
    # -- signals and other processes
    kill                   62     129
    tkill                 200     130
    tgkill                234     131
    rt_sigqueueinfo       129     138
    rt_tgsigqueueinfo     297     240
    pidfd_open            434     434
    pidfd_send_signal     424     424
    pidfd_getfd           438     438
    ptrace                101     117
    process_vm_readv      310     270
    process_vm_writev     311     271
    process_madvise       440     440
    process_mrelease      448     448
    kcmp                  312     272
    prlimit64             302     261
    prctl                 157     167
    # -- the network, and sockets by path
    socket                 41     198
    connect                42     203
    bind                   49     200
    # -- name spaces and mounts
    unshare               272      97
    setns                 308     268
    mount                 165      40
    umount2               166      39
    pivot_root            155      41
    chroot                161      51
    open_tree             428     428
    move_mount            429     429
    fsopen                430     430
    fsconfig              431     431
    fsmount               432     432
    fspick                433     433
    mount_setattr         442     442
    # -- memory that no limit counts, and objects that outlive a process
    memfd_create          319     279
    memfd_secret          447     447
    shmget                 29     194
    msgget                 68     186
    semget                 64     190
    mq_open               240     180
    # -- files by other ways than opening them
    open_by_handle_at     304     265
    name_to_handle_at     303     264
    fanotify_init         300     262
    inotify_init          253       -
    inotify_init1         294      26
    truncate               76      45
    mknod                 133       -
    mknodat               259      33
    chmod                  90       -
    fchmod                 91      52
    fchmodat              268      53
    fchmodat2             452     452
    chown                  92       -
    fchown                 93      55
    lchown                 94       -
    fchownat              260      54
    utime                 132       -
    utimes                235       -
    futimesat             261       -
    utimensat             280      88
    setxattr              188       5
    lsetxattr             189       6
    fsetxattr             190       7
    removexattr           197      14
    lremovexattr          198      15
    fremovexattr          199      16
    # -- parts of the kernel no notebook needs
    io_uring_setup        425     425
    io_uring_enter        426     426
    io_uring_register     427     427
    bpf                   321     280
    perf_event_open       298     241
    userfaultfd           323     282
    keyctl                250     219
    add_key               248     217
    request_key           249     218
    personality           135      92
    acct                  163      89
    quotactl              179      60
    quotactl_fd           443     443
    syslog                103     116
    init_module           175     105
    finit_module          313     273
    delete_module         176     106
    kexec_load            246     104
    kexec_file_load       320     294
    reboot                169     142
    swapon                167     224
    swapoff               168     225
"""


def _numbers() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {machine: {} for machine in AUDIT_ARCH}
    for line in _TABLE.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, *numbers = line.split()
        for machine, number in zip(AUDIT_ARCH, numbers, strict=True):
            if number != "-":
                found[machine][name] = int(number)
    return found


NUMBERS: Mapping[str, Mapping[str, int]] = _numbers()
"""Number of each system call the filter speaks of, by machine and name."""
