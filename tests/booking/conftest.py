"""The calendar floor asks real simulators."""
