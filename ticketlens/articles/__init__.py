"""The help centre: its articles, the topics that they answer, and the topics that none does."""
