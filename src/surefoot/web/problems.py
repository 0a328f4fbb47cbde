"""Errors as answers: each of our failures gets a status and a sentence, as problem+json (RFC 9457) or as a page."""

from http import HTTPStatus

import msgspec
from fastapi import Response

from surefoot.errors import (
    DataUnusable,
    GraphError,
    ImportRefused,
    InputRefused,
    KeyMissing,
    KeyWrong,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotStored,
    SurefootError,
)

MEDIA_TYPE = "application/problem+json"

STATUSES: tuple[tuple[type[SurefootError], int], ...] = (
    (NotSignedIn, 401),
    (NotPermitted, 403),
    (NotFound, 404),
    (InputRefused, 422),
    (ImportRefused, 422),
    (GraphError, 502),
    (DataUnusable, 503),
    (KeyMissing, 503),
    (KeyWrong, 503),
)

NOT_FOUND = "There is no such thing here, or it is not yours to see."
"""Always the same words: what is foreign and what is missing look alike."""

SENTENCES = {
    404: (NotFound.slug, NOT_FOUND),
    405: ("method-not-allowed", "This address does not take that method; see the Allow header."),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error of the API."""

    type: str
    """A URN that names the kind of problem."""
    title: str
    """The status in words."""
    status: int
    detail: str
    """What happened and what to do, as a sentence."""
    slug: str
    """The kind of problem, for programs."""

    @classmethod
    def of(cls, status: int, slug: str, detail: str) -> "Problem":
        """Make a problem of a status."""
        return cls(
            type=f"urn:surefoot:problem:{slug}",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            slug=slug,
        )


def problem_of(error: SurefootError) -> Problem:
    """Turn one of our failures into its answer."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    hidden = isinstance(error, NotFound) and not isinstance(error, NotStored)
    detail = NOT_FOUND if hidden else error.sentence
    return Problem.of(status, error.slug, detail)


def problem_of_status(status: int, detail: str) -> Problem:
    """Turn a status that the framework raised into its answer."""
    slug, sentence = SENTENCES.get(status, (HTTPStatus(status).phrase.lower().replace(" ", "-"), detail))
    return Problem.of(status, slug, sentence)


UNEXPECTED = Problem.of(
    500, "unexpected", "Surefoot made a mistake. It is in the log, under the request id of this answer."
)


def problem_response(problem: Problem) -> Response:
    """Write a problem as JSON."""
    headers = {"www-authenticate": 'Bearer realm="Surefoot"'} if problem.status == HTTPStatus.UNAUTHORIZED else None
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
