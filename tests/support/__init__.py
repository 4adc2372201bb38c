"""What tests share: samples, programs in C, helpers."""
