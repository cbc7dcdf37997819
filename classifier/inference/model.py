"""Load the model with the configured engine and precision."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifier.inference import artifact
from classifier.inference.artifact import Artifact
from classifier.inference.engine import Engine


@dataclass(frozen=True, slots=True)
class Model:
    """A verified artefact and a function that creates an engine from it; call it once per thread."""

    artifact: Artifact
    make_engine: Callable[[], Engine]


def load_model(directory: Path, engine: str, precision: str = "float32") -> Model:
    """Load the model in ``directory``.

    ``engine``: ``litert`` or ``tensorflow``, which always computes in float32.
    ``precision``: one of ``artifact.MODEL_FILES``. Raises ``ArtifactError`` for an incomplete or damaged model.
    """
    verified = artifact.load(directory, precision)
    if engine == "tensorflow":
        from classifier.inference.keras import KerasEngine  # noqa: PLC0415 - TensorFlow is 572 MB and absent where LiteRT serves

        shared_engine = KerasEngine(artifact.verify_weights(directory))
        return Model(verified, lambda: shared_engine)
    from classifier.inference.litert import LiteRTEngine  # noqa: PLC0415 - absent where TensorFlow serves

    return Model(verified, lambda: LiteRTEngine(verified.content))
