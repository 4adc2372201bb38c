"""The system calls that are neither followed nor refused: they move no bytes of a descriptor that is followed.

Together with the calls that are followed and those that are refused these are all calls of Linux on x86-64 and aarch64
up to the last one that was looked at; a test compares them with the kernel's headers. What they are about: memory,
processes, signals, users, files by their names, waits whose time-outs are not let pass, and descriptors of other kinds,
whose bytes go through calls that are followed.
"""

from typing import Final

HARMLESS_CALLS: Final = frozenset(
    """
    _sysctl access acct adjtimex afs_syscall arch_prctl brk cachestat capget capset chdir chmod chown
    chroot clock_adjtime clock_getres clock_settime clone create_module delete_module epoll_create epoll_create1
    epoll_ctl epoll_ctl_old epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2
    fadvise64 fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchownat fdatasync
    fgetxattr file_getattr file_setattr finit_module flistxattr flock fork fremovexattr fsetxattr
    fstat fstatfs fsync futex_requeue futex_wait futex_waitv futex_wake futimesat get_kernel_syms
    get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups
    getitimer getpgid getpgrp getpid getpmsg getppid getpriority getrandom getresgid getresuid getrlimit getrusage
    getsid gettid getuid getxattr getxattrat init_module inotify_add_watch inotify_init inotify_init1
    inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_submit io_uring_register ioctl ioperm iopl
    ioprio_get ioprio_set kcmp kexec_file_load kexec_load kill landlock_add_rule landlock_create_ruleset
    landlock_restrict_self lchown lgetxattr link linkat listmount listxattr listxattrat llistxattr lookup_dcookie
    lremovexattr lsetxattr lsm_get_self_attr lsm_list_modules lsm_set_self_attr lstat madvise map_shadow_stack mbind
    membarrier memfd_create memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall
    mmap modify_ldt move_pages mprotect mq_getsetattr mq_notify mq_open
    mq_timedreceive mq_timedsend mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap
    name_to_handle_at newfstatat nfsservctl open_by_handle_at pause
    personality pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect prctl
    prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev ptrace putpmsg query_module
    quotactl quotactl_fd readahead readlink readlinkat reboot remap_file_pages removexattr removexattrat rename
    renameat renameat2 rmdir rseq rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigsuspend
    rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
    sched_yield seccomp security semctl semget semop semtimedop set_mempolicy set_mempolicy_home_node
    set_robust_list set_thread_area set_tid_address setdomainname setfsgid setfsuid setgid setgroups sethostname
    setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid settimeofday setuid setxattr
    setxattrat shmat shmctl shmdt shmget sigaltstack signalfd signalfd4 stat statfs statmount statx swapoff swapon
    symlink symlinkat sync sync_file_range syncfs sysfs sysinfo syslog tgkill timer_delete timer_getoverrun
    timer_gettime timerfd_create timerfd_gettime times tkill truncate tuxcall umask uname unlink unlinkat
    unshare uprobe uretprobe uselib ustat utime utimensat utimes vfork vhangup vserver wait4 waitid
    """.split()  # noqa: SIM905 (three hundred names)
)
