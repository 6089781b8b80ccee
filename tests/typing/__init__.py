"""Type checkers, run on programs with and without mistakes."""  # noqa: A005
