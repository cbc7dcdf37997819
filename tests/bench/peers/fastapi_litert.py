"""FastAPI under uvicorn, LiteRT on the event loop: the request body is the photo, the response is JSON."""

import os
import sys

import uvicorn
from fastapi import FastAPI, Request

from tests.bench.peers.vision import Model

app = FastAPI()
model = Model(os.environ["BENCH_MODEL"])


@app.post("/predict")
async def predict(request: Request) -> dict:
    return model(await request.body())


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    uvicorn.run("tests.bench.peers.fastapi_litert:app", port=port, workers=workers, access_log=False, log_level="error")
