"""LitServe: an API process and one worker process per core; the photo is base64 in JSON, as in its guide."""

import base64
import os
import sys

import litserve

from tests.bench.peers.vision import Model


class Api(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.model = Model(os.environ["BENCH_MODEL"])

    def decode_request(self, request: dict) -> bytes:
        return base64.b64decode(request["image_data"])

    def predict(self, x: bytes) -> dict:
        return self.model(x)

    def encode_response(self, output: dict) -> dict:
        return output


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    server = litserve.LitServer(Api(), accelerator="cpu", workers_per_device=workers, timeout=120)
    server.run(port=port, host="127.0.0.1", log_level="error", generate_client_file=False)
