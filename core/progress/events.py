"""What happened to long jobs, in the past tense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JobFailed:
    """A job came to nothing: by a rule, or after its last attempt. Recorded with the state, for whoever has to tidy up."""

    kind: str
    public_id: str
    message: str
