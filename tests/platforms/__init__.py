"""The table of POSIX and Winsock, measured: probes over a small driver, on Linux and under Wine."""
