"""Photos to try."""

from io import BytesIO

import pytest
from PIL import Image

from web import checks, examples


@pytest.fixture
def folder(tmp_path, settings):
    """An operator's folder of examples, empty so far."""
    settings.EXAMPLES_DIR = str(tmp_path)
    return tmp_path


def save(path, size=(40, 30), **options):
    Image.new("RGB", size, "brown").save(path, **options)


def opened(response):
    return Image.open(BytesIO(response.content))


def test_the_built_in_ones_are_credited(photos):
    assert [example.name for example in examples.listing().values()] == ["chelsea.png", "coffee.png", "rocket.jpg"]
    assert all(example.credit for example in examples.listing().values())


def test_an_operators_photos_follow_under_names_made_of_their_files(folder):
    save(folder / "red-squirrel_2.jpg")
    last = list(examples.listing().values())[-1]
    assert (last.title, last.credit) == ("Red squirrel 2", "")


def test_files_that_are_no_pictures_are_left_out(folder):
    (folder / "notes.txt").write_text("no")
    (folder / "broken.jpg").write_text("no")
    (folder / "folder.png").mkdir()
    assert len(examples.listing()) == 3


def test_a_photo_without_its_file_is_left_out(settings, tmp_path):
    settings.PHOTOS_DIR = tmp_path
    assert examples.listing() == {}


def test_an_example_is_served_small_upright_and_without_metadata(client, folder):
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    save(folder / "large.jpg", (3000, 2000), exif=exif)
    photo = opened(client.get(examples.listing()["large.jpg"].url))
    assert (photo.size, photo.format, dict(photo.getexif())) == ((683, 1024), "JPEG", {})


def test_a_thumbnail_is_a_few_kilobytes(client):
    for example in examples.listing().values():
        response = client.get(example.thumbnail_url)
        assert max(opened(response).size) == examples.THUMBNAIL_SIDE
        assert len(response.content) < 10_000


def test_examples_may_be_kept_for_a_year(client):
    response = client.get(examples.listing()["coffee.png"].url)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "image/jpeg"


def test_a_changed_file_has_another_address(folder):
    save(folder / "a.jpg")
    first = examples.listing()["a.jpg"]
    assert "?v=" in first.url
    assert first.version == f"{(folder / 'a.jpg').stat().st_mtime_ns:x}"


@pytest.mark.parametrize(
    "name", ["..%2Fsettings.py", "%2e%2e%2fmodel%2fmodel.json", "astronaut.png", "chelsea.png%00", "%5c"]
)
def test_nothing_else_is_served(client, name):
    for address in (f"/examples/{name}", f"/examples/{name}/thumbnail"):
        response = client.get(address)
        assert response.status_code == 404
        assert "max-age" not in response.headers.get("Cache-Control", "")


def test_a_folder_that_is_not_there_is_said_at_the_start(settings, tmp_path):
    assert checks.check_examples() == []
    settings.EXAMPLES_DIR = str(tmp_path / "nowhere")
    assert [warning.id for warning in checks.check_examples()] == ["web.W001"]
    assert len(examples.listing()) == 3
