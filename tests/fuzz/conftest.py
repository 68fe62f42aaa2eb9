"""The modules of the fuzz run are no tests."""

collect_ignore = ["judge.py", "run.py", "strategies.py", "trials.py"]
