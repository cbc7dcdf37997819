"""Decoding, validation and encoding of messages."""

import json
from contextlib import suppress
from uuid import uuid4

import pytest

from classifier.errors import SENTENCES, JobError, ProtocolError, ServerError
from classifier.imaging.crops import Views
from classifier.websocket import messages
from classifier.websocket.messages import Authenticate, Classify, Ping, RejectedClassifyError

JOB = uuid4()


def decode_error(text: str) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        messages.decode(text)
    return caught.value


def classify(**fields: object) -> str:
    return json.dumps({"type": "classify", "id": str(JOB), "size": 10, **fields})


def test_a_classify_has_the_defaults_of_the_protocol():
    assert messages.decode(classify()) == Classify(
        JOB, 10, views=Views.BEST, top=5, threshold=0.0, explain=False, keep=False, record=True, name=""
    )


def test_authenticate_and_ping_are_decoded():
    assert messages.decode('{"type": "authenticate", "ticket": "t"}') == Authenticate("t")
    assert messages.decode('{"type": "ping"}') == Ping()


@pytest.mark.parametrize(("value", "explain"), [(True, True), (False, False), ([335, 285], (335, 285)), ([], ())])
def test_explain_is_a_boolean_or_a_list_of_class_indices(value, explain):
    message = messages.decode(classify(explain=value))
    assert isinstance(message, Classify)
    assert message.explain == explain


def test_an_unknown_field_of_a_newer_client_is_ignored():
    assert messages.decode('{"type": "ping", "since": 2}') == Ping()


NOT_JSON = ["", "{", "NaN", "[" * 10_000]
NOT_A_MESSAGE = ["[]", "1", "null", '"classify"', "{}", '{"type": 1}', '{"type": "x"}', '{"type": "x", "a": [[[[']


@pytest.mark.parametrize("text", [*NOT_JSON, *NOT_A_MESSAGE])
def test_text_that_is_no_message_is_rejected(text):
    assert decode_error(text).code == "protocol.invalid"


def test_deeply_nested_text_raises_no_other_error():
    # Python 3.13 allows deeper recursion than 3.11, so the text may be valid.
    with suppress(ProtocolError):
        messages.decode('{"type": "ping", "a": ' + "[" * 6_000 + "]" * 6_000 + "}")


def test_a_text_over_the_limit_is_rejected_before_it_is_decoded():
    assert "16384 characters" in decode_error("[" + "[]," * 1_000_000 + "[]]").message


def test_an_unknown_type_is_rejected_with_the_known_ones():
    assert "authenticate, classify, cancel, ping" in decode_error('{"type": "clasify"}').message


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("size", -1, "size: expected `int` >= 0"),
        ("size", "10", "size: expected `int`"),
        ("size", 1.5, "size: expected `int`"),
        ("size", True, "size: expected `int`"),
        ("size", None, "size: expected `int`"),
        ("views", "good", "views: invalid enum value 'good'"),
        ("views", ["best"], "views: expected `str`"),
        ("top", 0, "top: expected `int` >= 1"),
        ("top", 11, "top: expected `int` <= 10"),
        ("threshold", 1.5, "threshold: expected `float` <= 1.0"),
        ("threshold", "0.5", "threshold: expected `float`"),
        ("keep", "yes", "keep: expected `bool`"),
        ("record", 0, "record: expected `bool`"),
        ("name", 1, "name: expected `str`"),
        ("explain", 1, "explain: expected `bool | array`"),
        ("explain", [1000], "explain[0]: expected `int` <= 999"),
        ("explain", [1, 2, 3, 4, 5, 6], "explain: expected `array` of length <= 5"),
        ("explain", [True], "explain[0]: expected `int`"),
    ],
)
def test_an_invalid_field_is_named_and_the_error_keeps_the_job(field, value, detail):
    error = decode_error(classify(**{field: value}))
    assert isinstance(error, RejectedClassifyError)
    assert error.job == JOB
    assert detail in error.message


def test_a_threshold_that_is_no_number_is_rejected():
    assert decode_error(classify(threshold=float("nan"))).code == "protocol.invalid"


@pytest.mark.parametrize("job", ["", 1, None, "123", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"])
def test_an_id_that_is_no_uuid4_is_rejected(job):
    error = decode_error(classify(id=job))
    assert isinstance(error, RejectedClassifyError)
    assert error.job is None


def test_a_long_file_name_is_cut_to_255_characters():
    message = messages.decode(classify(name="x" * 10_000))
    assert isinstance(message, Classify)
    assert len(message.name) == messages.MAX_NAME_CHARS


def test_a_file_name_loses_control_characters_and_lone_surrogates():
    message = messages.decode(classify(name="\ud800\x00cat.png"))
    assert isinstance(message, Classify)
    assert message.name == "?cat.png"


def test_an_error_names_its_job_and_when_to_retry():
    error = ServerError("server.overloaded", retry_after=1.5)
    assert json.loads(messages.encode(messages.error(error, JOB))) == {
        "type": "error",
        "id": str(JOB),
        "code": "server.overloaded",
        "message": SENTENCES["server.overloaded"],
        "retry_after": 1.5,
    }


def test_an_error_without_a_job_has_no_id():
    error = json.loads(messages.encode(messages.error(JobError("job.unknown"))))
    assert set(error) == {"type", "code", "message"}
