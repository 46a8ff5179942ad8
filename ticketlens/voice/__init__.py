"""The voice of the customer: answers and customers taken in, counted and told."""
