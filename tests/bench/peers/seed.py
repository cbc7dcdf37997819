"""The version before this product: FastAPI, Keras eager on the event loop, base64 in JSON over a WebSocket."""

import base64
import os
import sys

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.bench.peers.vision import decode, read_labels, top_predictions

app = FastAPI()
model = keras.applications.MobileNetV2(weights=f"{os.environ['BENCH_MODEL']}/weights.h5")
labels = read_labels()


@app.websocket("/ws")
async def classify(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            message = await socket.receive_json()
            pixels = decode(base64.b64decode(message["image"].partition(",")[2]))
            inputs = keras.applications.mobilenet_v2.preprocess_input(pixels.astype(np.float32))
            await socket.send_json(top_predictions(np.asarray(model(inputs))[0], labels))
    except WebSocketDisconnect:
        pass


if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    uvicorn.run(
        "tests.bench.peers.seed:app", port=port, workers=workers, log_level="error", ws_max_size=32 * 1024 * 1024
    )
