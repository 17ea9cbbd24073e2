"""Measures the budgets against rivals, in one run on one machine."""
