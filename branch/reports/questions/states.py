"""Questions about a report and what became of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from branch.reports.states import ReportState


class PostKind(StrEnum):
    """What is said: something asked, answered, or taken back."""

    QUESTION = "question"
    ANSWER = "answer"
    WITHDRAWAL = "withdrawal"


class QuestionState(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


# The committee asks while the report is on somebody's desk; what it has accepted it has no more questions about.
ASKED_OF = frozenset({ReportState.SUBMITTED, ReportState.RETURNED})
# A newer draft takes the questions over, so that the branch answers about the version that it will submit.
ANSWERED_ON = frozenset({ReportState.SUBMITTED, ReportState.RETURNED, ReportState.DRAFT})


@dataclass(frozen=True, slots=True)
class Post:
    """One entry of the thread; `about` is the question that an answer or a withdrawal belongs to.

    `place` is the part of the report that is meant: ``figure:net``, ``section:quality``, or "" for the whole.
    """

    public_id: str
    kind: PostKind
    about: str | None
    place: str
    words: str
    returned: bool
    version: int
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything that was said to it, in its order."""

    number: int
    post: Post
    replies: tuple[Post, ...]

    @property
    def state(self) -> QuestionState:
        """A withdrawal ends a question; else any answer closes it, and who is not content asks again."""
        kinds = {reply.kind for reply in self.replies}
        if PostKind.WITHDRAWAL in kinds:
            return QuestionState.WITHDRAWN
        return QuestionState.ANSWERED if PostKind.ANSWER in kinds else QuestionState.OPEN

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == QuestionState.OPEN


def questions_of(posts: Iterable[Post]) -> tuple[Question, ...]:
    """The questions in the order in which they were asked, each with its replies."""
    posts = list(posts)
    questions = [post for post in posts if post.kind == PostKind.QUESTION]
    return tuple(
        Question(number, post, tuple(reply for reply in posts if reply.about == post.public_id))
        for number, post in enumerate(questions, start=1)
    )
