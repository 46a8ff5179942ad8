"""Clocks, durations, histograms, survival, periods, shares and the contract of metrics: pure functions on values."""
