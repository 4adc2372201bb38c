"""The Linux observer: calls are seen and changed through ptrace and a seccomp filter."""
