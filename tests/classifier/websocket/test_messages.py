"""Messages in: every field is checked, and a refusal says which one and what it must be."""

import json
from typing import Any
from uuid import uuid4

import pytest

from classifier.errors import SENTENCES, JobError, ProtocolError, ServerError
from classifier.imaging.crops import Views
from classifier.websocket import messages
from classifier.websocket.messages import Authenticate, Classify, Ping, RefusedClassify

JOB = uuid4()


def refusal(text: str) -> ProtocolError:
    with pytest.raises(ProtocolError) as fault:
        messages.parse(text)
    return fault.value


def classify(**fields: object) -> str:
    return json.dumps({"type": "classify", "id": str(JOB), "size": 10, **fields})


def test_a_classify_has_the_defaults_of_the_protocol():
    assert messages.parse(classify()) == Classify(JOB, 10, Views.BEST, 5, 0.0, keep=False, name="")


def test_authenticate_and_ping_are_read():
    assert messages.parse('{"type": "authenticate", "ticket": "t"}') == Authenticate("t")
    assert messages.parse('{"type": "ping"}') == Ping()


def test_an_explanation_is_of_the_verdict_or_of_named_classes():
    asked: list[Any] = [messages.parse(classify(explain=value)) for value in (True, False, [335, 285])]
    assert [(one.explain, one.classes) for one in asked] == [(True, ()), (False, ()), (True, (335, 285))]


def test_an_unknown_field_is_let_pass_for_newer_clients():
    assert messages.parse('{"type": "ping", "since": 2}') == Ping()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '"classify"', "{}", '{"type": 1}', '{"type": "x"}', "[" * 100_000, "NaN"]
)
def test_nonsense_is_refused(text):
    assert refusal(text).code == "protocol.invalid"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("size", -1, "size must be a whole number"),
        ("size", "10", "size must be a whole number"),
        ("size", 1.5, "size must be a whole number"),
        ("size", True, "size must be a whole number"),
        ("size", None, "size must be a whole number"),
        ("views", "good", "views must be one of fast, best"),
        ("views", ["best"], "views must be one of fast, best"),
        ("top", 0, "top must be a whole number from 1 to 10"),
        ("top", 11, "top must be a whole number from 1 to 10"),
        ("threshold", 1.5, "threshold must be a number from 0 to 1"),
        ("threshold", float("nan"), "threshold must be a number from 0 to 1"),
        ("threshold", "0.5", "threshold must be a number from 0 to 1"),
        ("keep", "yes", "keep must be true or false"),
        ("record", 0, "record must be true or false"),
        ("name", 1, "name must be a string"),
        ("explain", 1, "explain must be true, false or up to 5 class indices"),
        ("explain", [1000], "explain must be"),
        ("explain", [1, 2, 3, 4, 5, 6], "explain must be"),
        ("explain", [True], "explain must be"),
    ],
)
def test_a_bad_field_is_refused_by_name_and_keeps_the_job(field, value, words):
    fault = refusal(classify(**{field: value}))
    assert isinstance(fault, RefusedClassify)
    assert fault.job == JOB
    assert words in fault.message


@pytest.mark.parametrize("job", ["", 1, None, "123", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"])
def test_an_id_that_is_no_uuid4_is_refused(job):
    fault = refusal(classify(id=job))
    assert isinstance(fault, RefusedClassify)
    assert fault.job is None


def test_a_long_file_name_is_cut():
    message = messages.parse(classify(name="x" * 10_000))
    assert isinstance(message, Classify)
    assert len(message.name) == messages.MAX_NAME_CHARS


def test_an_error_names_its_job_and_when_to_try_again():
    fault = ServerError("server.overloaded", retry_after=1.5)
    assert messages.error(fault, JOB) == {
        "type": "error",
        "id": str(JOB),
        "code": "server.overloaded",
        "message": SENTENCES["server.overloaded"],
        "retry_after": 1.5,
    }


def test_an_error_without_a_job_has_no_id():
    assert set(messages.error(JobError("job.unknown"))) == {"type", "code", "message"}
