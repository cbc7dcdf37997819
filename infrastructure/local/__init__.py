"""The product with production-like servers on one machine, for ``make up`` and the tests."""
