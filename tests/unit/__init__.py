"""Tests of single functions: no program is started."""
