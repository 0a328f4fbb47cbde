"""What came back from Graph, and which of our errors it means."""

import msgspec

from surefoot.errors import AnswerNotUnderstood, ConsentMissing, GraphError, Throttled, Unavailable

OK, PARTIAL, NO_CONTENT, BAD_REQUEST, NOT_FOUND = 200, 206, 204, 400, 404
GOOD = frozenset({OK, PARTIAL, NO_CONTENT})
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class Answer(msgspec.Struct, frozen=True):
    """An answer, of whatever status."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def request_id(self) -> str | None:
        """Graph's own."""
        return self.headers.get("request-id")


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Errors(msgspec.Struct):
    error: _Error


def failure_of(answer: Answer) -> GraphError:
    """Turn an answer that is not 200 into our error, with Graph's code and request id."""
    try:
        said = msgspec.json.decode(answer.body, type=_Errors).error
    except (msgspec.DecodeError, ValueError, RecursionError):
        said = _Error()
    kind, message = _kind(answer.status, said)
    return kind(message, code=said.code or None, request_id=answer.request_id, status=answer.status)


def _kind(status: int, said: _Error) -> tuple[type[GraphError], str]:
    words = (said.message or "").replace("\n", " ")[:300]
    if status == 429 or "rate limit" in words.casefold():  # noqa: PLR2004 - Intune throttles with 500 and these words
        return Throttled, "Graph asked Surefoot to slow down."
    if status in _AGAIN:
        return Unavailable, f"Graph answered {status}. {words}".strip()
    if status in {401, 403}:
        return ConsentMissing, f"Graph refused the request ({status}). {words}".strip()
    return AnswerNotUnderstood, f"Graph answered {status}. {words}".strip()
