"""`python -m limbeck` is the program `limbeck`."""

from limbeck.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
