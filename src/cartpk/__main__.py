"""Run `python -m cartpk`."""

from cartpk.cli import main

if __name__ == "__main__":
    main()
