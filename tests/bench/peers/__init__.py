"""What a user could pick instead, each as its own documentation says, with the weights of this build.

``python -m tests.bench.peers.NAME MODEL_DIR PORT WORKERS``; they import nothing of the product.
"""
