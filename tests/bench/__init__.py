"""Figures beside limits: `make bench` measures the running product and says what else ran."""
