"""Requests to other servers: those that are allowed alone, within a size and a time."""

from types import SimpleNamespace

import pytest

from cop.errors import InputFileError
from cop.ingest.remote.request import RemoteServer, check_origin
from cop.settings import SourceSettings
from tests.support.feature_server import Answer, answer_json, answering

pytestmark = pytest.mark.exchange


def settings(**stated: object) -> SourceSettings:
    return SourceSettings.model_validate({"source_hosts": "127.0.0.1", **stated})


@pytest.mark.parametrize(
    ("address", "hosts", "told"),
    [
        ("https://a.example/x", (), "allows to read from none"),
        ("https://b.example/x", ("a.example",), "allows to read from a.example"),
        ("https://a.example.evil/x", ("a.example",), "COP_SOURCE_HOSTS"),
        ("https://a.example:444/x", ("a.example:443",), "COP_SOURCE_HOSTS"),
        ("https://ana:word@a.example/x", ("a.example",), "COP_SOURCE_HOSTS"),
        ("https://a.example@b.example/x", ("a.example",), "COP_SOURCE_HOSTS"),
        ("http://a.example/x", ("a.example",), "use https"),
        ("file:///etc/passwd", ("",), "COP_SOURCE_HOSTS"),
        ("https://a.example:99999/x", ("a.example",), "COP_SOURCE_HOSTS"),
        ("https:///x", ("a.example",), "COP_SOURCE_HOSTS"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused(
    address: str, hosts: tuple[str, ...], told: str
) -> None:
    with pytest.raises(InputFileError) as refusal:
        check_origin(address, hosts)
    assert told in str(refusal.value)


def test_what_the_operator_allowed_is_read() -> None:
    assert check_origin("https://A.example/x?token=1", ("a.example",)) == "https://a.example:443"
    assert check_origin("http://127.0.0.1:5000/x", ("127.0.0.1",)) == "http://127.0.0.1:5000"
    assert check_origin("http://[::1]:5000/x", ("[::1]:5000",)) == "http://::1:5000"


ANSWERS: dict[str, Answer] = {
    "/here": (302, {"Location": "/there?n=1"}, b""),
    "/away": (302, {"Location": "http://localhost:1/x"}, b""),
    "/circle": (302, {"Location": "/circle"}, b""),
    "/long": answer_json({"text": "x" * 2_000_000}),
    "/text": (200, {}, b"no json"),
    "/list": (200, {}, b"[1]"),
}


def respond(path: str, query: dict[str, str]) -> Answer:
    if path == "/there":
        return answer_json({"n": query["n"]})
    return ANSWERS.get(path, answer_json({}, 500))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/away", "leads to another server than http://127.0.0.1:"),
        ("/circle", "redirected more than 3 times"),
        ("/long", "more than 1 MB"),
        ("/text", "is no JSON"),
        ("/list", "no JSON object"),
        ("/nothing", "answers 500"),
    ],
)
def test_an_answer_that_is_not_right_says_why(path: str, told: str) -> None:
    with answering(respond) as base:
        server = RemoteServer(base, settings(source_mb=1))
        with pytest.raises(InputFileError) as refusal:
            server.read_json(f"{base}{path}", {"token": "word"})
        server.close()
    assert told in str(refusal.value)
    assert "word" not in str(refusal.value)


def test_a_redirect_within_the_server_is_followed() -> None:
    with answering(respond) as base:
        server = RemoteServer(base, settings())
        assert server.read_json(f"{base}/here") == {"n": "1"}
        server.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with answering(respond) as base:
        pass
    server = RemoteServer(base, settings())
    with pytest.raises(InputFileError, match="cannot be read"):
        server.read_json(f"{base}/here")
    server.close()


def test_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 700.0, 700.0])
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr("cop.ingest.remote.request.time", clock)
    with answering(respond) as base:
        server = RemoteServer(base, settings())
        with pytest.raises(InputFileError, match="not read within 600 s"):
            server.read_json(f"{base}/there", {"n": "1"})
        server.close()
