"""Example photos of the upload page."""

from io import BytesIO

import pytest
from PIL import Image

from web import checks, examples


@pytest.fixture
def folder(tmp_path, settings):
    """An empty ``EXAMPLES_DIR``."""
    settings.EXAMPLES_DIR = str(tmp_path)
    return tmp_path


def save(path, size=(40, 30), **options):
    Image.new("RGB", size, "brown").save(path, **options)


def open_image(response):
    return Image.open(BytesIO(response.content))


def test_lists_three_built_in_examples_with_credits(photos):
    assert [example.name for example in examples.list_examples().values()] == [
        "chelsea.png",
        "coffee.png",
        "rocket.jpg",
    ]
    assert all(example.credit for example in examples.list_examples().values())


def test_lists_an_operators_photo_last_with_a_title_from_its_file_name(folder):
    save(folder / "red-squirrel_2.jpg")
    example = list(examples.list_examples().values())[-1]
    assert (example.title, example.credit) == ("Red squirrel 2", "")


def test_leaves_out_files_that_are_not_readable_images(folder):
    (folder / "notes.txt").write_text("no")
    (folder / "broken.jpg").write_text("no")
    (folder / "folder.png").mkdir()
    assert len(examples.list_examples()) == 3


def test_leaves_out_a_built_in_example_whose_file_is_missing(settings, tmp_path):
    settings.PHOTOS_DIR = tmp_path
    assert examples.list_examples() == {}


def test_sends_an_example_small_upright_and_without_metadata(client, folder):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotated by 90 degrees
    save(folder / "large.jpg", (3000, 2000), exif=exif)
    photo = open_image(client.get(examples.list_examples()["large.jpg"].url))
    assert (photo.size, photo.format, dict(photo.getexif())) == ((683, 1024), "JPEG", {})


def test_a_thumbnail_has_less_than_10_kilobytes(client):
    for example in examples.list_examples().values():
        response = client.get(example.thumbnail_url)
        assert max(open_image(response).size) == examples.THUMBNAIL_SIDE
        assert len(response.content) < 10_000


def test_browsers_may_cache_an_example_for_a_year(client):
    response = client.get(examples.list_examples()["coffee.png"].url)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "image/jpeg"


def test_the_url_of_an_example_changes_with_its_file(folder):
    save(folder / "a.jpg")
    example = examples.list_examples()["a.jpg"]
    assert "?v=" in example.url
    assert example.version == f"{(folder / 'a.jpg').stat().st_mtime_ns:x}"


@pytest.mark.parametrize(
    "name", ["..%2Fsettings.py", "%2e%2e%2fmodel%2fmodel.json", "astronaut.png", "chelsea.png%00", "%5c"]
)
def test_a_name_that_is_not_an_example_gives_404_without_caching(client, name):
    for url in (f"/examples/{name}", f"/examples/{name}/thumbnail"):
        response = client.get(url)
        assert response.status_code == 404
        assert "max-age" not in response.headers.get("Cache-Control", "")


def test_a_missing_examples_dir_gives_a_check_warning_and_the_built_in_examples(settings, tmp_path):
    assert checks.check_examples_dir() == []
    settings.EXAMPLES_DIR = str(tmp_path / "missing")
    assert [warning.id for warning in checks.check_examples_dir()] == ["web.W001"]
    assert len(examples.list_examples()) == 3
