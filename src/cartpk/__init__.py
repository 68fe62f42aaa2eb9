"""cartpk: the cellular kinetics of CAR-T and CAR-NK therapies."""
