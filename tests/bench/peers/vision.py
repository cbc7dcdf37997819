"""Model of all peers: decodes with Pillow, runs one LiteRT interpreter, and returns the five most probable classes."""

import csv
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

LABELS = Path(__file__).parents[3] / "classifier" / "vocabulary" / "data" / "imagenet.csv"


def read_labels() -> list[str]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [row["label"] for row in csv.DictReader(file)]


def decode(photo: bytes) -> np.ndarray:
    """Return (1, 224, 224, 3) uint8 RGB, distorted to a square as in every tutorial."""
    return np.asarray(Image.open(BytesIO(photo)).convert("RGB").resize((224, 224)))[np.newaxis]


def top_predictions(probabilities: np.ndarray, labels: list[str]) -> dict[str, Any]:
    order = np.argsort(probabilities)[::-1][:5]
    return {"predictions": [{"label": labels[index], "score": float(probabilities[index])} for index in order]}


class Model:
    def __init__(self, directory: str) -> None:
        self._interpreter = Interpreter(model_path=f"{directory}/model.tflite", num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._output = next(output["index"] for output in outputs if tuple(output["shape"]) == (1, 1000))
        self._labels = read_labels()

    def __call__(self, photo: bytes) -> dict[str, Any]:
        self._interpreter.set_tensor(self._input, decode(photo))
        self._interpreter.invoke()
        return top_predictions(self._interpreter.get_tensor(self._output)[0], self._labels)
