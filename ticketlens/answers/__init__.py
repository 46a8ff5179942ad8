"""What is told of the store's counts: trends, topics over a window, the overview. No I/O but the store's answers."""
