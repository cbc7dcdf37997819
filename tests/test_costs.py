"""Upper bounds for database queries of a page and for the memory of a job, independent of the machine's load."""

import io
import tracemalloc

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from classifier.imaging.crops import Views
from classifier.inference.model import load_model
from classifier.prediction import service
from classifier.prediction.service import ClassifyOptions
from tests.web.conftest import create_record

#: Pixels of one square as RGB. A job needs two at a time: one in Pillow and one as the model's input.
SQUARE_BYTES = 224 * 224 * 3


@pytest.mark.django_db
def test_the_upload_page_needs_no_database_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.django_db
@pytest.mark.parametrize("records", [0, 1, 12])
def test_a_history_page_needs_one_query_for_any_number_of_records(client, django_assert_num_queries, records):
    for _ in range(records):
        create_record(client)
    with django_assert_num_queries(1):
        client.get(reverse("web:history"))


@pytest.mark.django_db
def test_a_record_page_needs_one_query(client, django_assert_num_queries):
    record = create_record(client)
    with django_assert_num_queries(1):
        client.get(reverse("web:record", args=[record.id]))


def test_a_large_photo_is_classified_without_a_copy_of_its_bytes_or_pixels(photos):
    buffer = io.BytesIO()
    Image.open(photos / "astronaut.png").convert("RGB").resize((4000, 3000)).save(buffer, "JPEG", quality=95)
    photo = buffer.getvalue()
    model = load_model(settings.MODEL_DIR, "litert")
    engine = model.make_engine()
    options = ClassifyOptions(Views.FAST)
    service.classify_image(model, engine, photo, options)  # fills the caches
    tracemalloc.start()
    try:
        service.classify_image(model, engine, photo, options)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(photo) > 8 * SQUARE_BYTES
    assert peak_bytes < 2.5 * SQUARE_BYTES
