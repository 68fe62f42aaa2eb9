"""The baseline of the whole process: a plain pandas process that reads the same input and writes the same output.

usage: python benchmarks/bare_pandas.py PROFILES.csv TABLE.pickle OUT.csv

It reads the profiles with `pandas.read_csv` and writes the finished table of parameters with `DataFrame.to_csv`: what
any pandas program that does the job must do, and no analysis at all. The finished table has to come from somewhere; it
is loaded from a pickle, and the seconds of that, printed, are taken off the process's time.
"""

import sys
import time

import pandas as pd

profiles, table, out = sys.argv[1:]
samples = pd.read_csv(profiles)
start = time.perf_counter()
finished = pd.read_pickle(table)  # noqa: S301 - written by the benchmark itself
loaded = time.perf_counter() - start
finished.to_csv(out, index=False)
print(loaded)
