"""The model that this process serves, under the engine it was told to use."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifier.inference import artifact
from classifier.inference.artifact import Artifact
from classifier.inference.engine import Engine


@dataclass(frozen=True, slots=True)
class Model:
    """A verified artefact and how to make an engine of it, one for each thread."""

    artifact: Artifact
    make_engine: Callable[[], Engine]


def load_model(directory: Path, engine: str, precision: str = "float32") -> Model:
    """The model in ``directory`` under ``engine``: ``litert`` or ``tensorflow``, which knows float32 alone.

    ``precision``: one of ``artifact.MODEL_FILES``. Raises ``ArtifactError``.
    """
    found = artifact.load(directory, precision)
    if engine == "tensorflow":
        from classifier.inference.keras import KerasEngine  # noqa: PLC0415 - 572 MB that LiteRT does without

        shared = KerasEngine(artifact.load_weights(directory))
        return Model(found, lambda: shared)
    from classifier.inference.litert import LiteRTEngine  # noqa: PLC0415 - absent where TensorFlow serves

    return Model(found, lambda: LiteRTEngine(found.content))
