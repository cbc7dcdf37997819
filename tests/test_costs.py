"""What a page and a job may cost, in counts that do not depend on how busy the machine is.

Each bound is what was counted when it was written, and a little. Who needs more says why in the commit that moves it.
"""

import json
import sys
import tracemalloc
from collections import Counter
from io import BytesIO

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from classifier.history.recorder import NewRecord
from classifier.imaging.crops import Views
from classifier.inference.model import load_model
from classifier.prediction import service
from classifier.prediction.service import ClassifyOptions
from classifier.websocket import messages
from tests.classifier.answers import new_record
from tests.web.conftest import create_record

#: Calls of Python and C functions from a picture's bytes to the text of its answer, 224 pixels, ``fast`` (counted: 627
#: on Python 3.11).
JOB_CALLS = 680
#: Bytes of one square of pixels; a job holds two of them at a time, one for Pillow and one for the model.
SQUARE_BYTES = 224 * 224 * 3


@pytest.fixture(scope="module")
def model():
    return load_model(settings.MODEL_DIR, "litert")


@pytest.fixture(scope="module")
def small_jpeg(photos) -> bytes:
    out = BytesIO()
    Image.open(photos / "chelsea.png").resize((224, 224)).save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.django_db
def test_the_upload_page_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.django_db
@pytest.mark.parametrize(("rows", "queries"), [(0, 1), (1, 1), (12, 1)])
def test_a_history_page_asks_as_often_however_long_it_is(client, django_assert_num_queries, rows, queries):
    for _ in range(rows):
        create_record(client)
    with django_assert_num_queries(queries):
        client.get(reverse("web:history"))


@pytest.mark.django_db
def test_the_details_of_a_record_are_one_query(client, django_assert_num_queries):
    row = create_record(client)
    with django_assert_num_queries(1):
        client.get(reverse("web:record", args=[row.id]))


def test_a_job_calls_no_more_functions_than_it_did(model, small_jpeg):
    engine, job = model.make_engine(), messages.decode(announcement(len(small_jpeg)))
    assert isinstance(job, messages.Classify)
    answered(model, engine, job, small_jpeg)  # what is cached from now on
    calls = counted(lambda: answered(model, engine, job, small_jpeg))
    assert 100 < calls <= JOB_CALLS


def test_a_large_photo_is_not_copied_and_leaves_two_squares_of_pixels(model, photos):
    out = BytesIO()
    Image.open(photos / "astronaut.png").convert("RGB").resize((4000, 3000)).save(out, "JPEG", quality=95)
    photo, engine = out.getvalue(), model.make_engine()
    job = messages.decode(announcement(len(photo)))
    assert isinstance(job, messages.Classify)
    answered(model, engine, job, photo)
    tracemalloc.start()
    try:
        answered(model, engine, job, photo)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(photo) > 8 * SQUARE_BYTES
    assert peak < 2.5 * SQUARE_BYTES


def announcement(size: int) -> str:
    job = "6f0c9a54-9d2b-4f0e-8a53-2d1c1b1f4c11"
    return json.dumps({"type": "classify", "id": job, "size": size, "views": "fast"})


def answered(model, engine, job: messages.Classify, photo: bytes) -> str:
    """All that is done for one job but the hand-offs."""
    answer = service.classify_image(model, engine, photo, ClassifyOptions(Views.FAST))
    known = new_record()
    done = NewRecord(known.id, known.owner, known.source, known.name, job.size, known.answered_at, answer)
    return messages.encode(messages.result(job, done))


def counted(act) -> int:
    """Calls of Python and C functions while this acts."""
    found: Counter[str] = Counter()

    def note(_frame, event: str, _argument) -> None:
        found[event] += 1

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return found["call"] + found["c_call"]
