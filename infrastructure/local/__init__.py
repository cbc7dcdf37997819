"""The product as in production, on one machine: real servers around it, for ``make up`` and for the tests."""
