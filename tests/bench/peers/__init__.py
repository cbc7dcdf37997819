"""Alternative servers around the same weights, each written as its own documentation recommends.

``python -m tests.bench.peers.NAME PORT WORKERS``, with the model folder in ``BENCH_MODEL``. They import nothing of the
product.
"""
