"""`python -m limbeck` is the program `limbeck`."""

from limbeck.cli import program

if __name__ == "__main__":
    raise SystemExit(program())
