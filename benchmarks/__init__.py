"""Measures, each a module: `python -m benchmarks.clustering`."""

import os
import sys

CHOSEN_FOR_ANOTHER_MACHINE = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def use_the_own_kernels() -> None:
    """Starts again without the variables that pick OpenBLAS kernels, which are read when numpy is loaded."""
    if any(name in os.environ for name in CHOSEN_FOR_ANOTHER_MACHINE):
        left = {name: text for name, text in os.environ.items() if name not in CHOSEN_FOR_ANOTHER_MACHINE}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], left)
    os.environ["HF_HUB_OFFLINE"] = "1"
