"""mosec: a Rust HTTP server, one worker process per core; the request body is the photo, the response is JSON."""

import os
import sys

from mosec import Server, Worker

from tests.bench.peers.vision import Model


class Inference(Worker):
    def __init__(self) -> None:
        self.model = Model(os.environ["BENCH_MODEL"])

    def deserialize(self, data: bytes) -> bytes:
        return data

    def forward(self, data: bytes) -> dict:
        return self.model(data)


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    # mosec reads options from the command line only. Its default timeout of 3 s is too short for 64 large photos.
    sys.argv[1:] = ["--port", str(port), "--timeout", "120000", "--log-level", "error"]
    server = Server()
    server.append_worker(Inference, num=workers)
    server.run()
