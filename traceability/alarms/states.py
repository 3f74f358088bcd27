"""What an alarm is about and what a person may do with it (pure)."""

from enum import StrEnum


class AlarmSubject(StrEnum):
    CODE = "code"
    GROWER = "grower"
    NETWORK = "network"


class AlarmState(StrEnum):
    """`open` while it stands, `doubted` once a person had the code's page warn, `cleared` by a person."""

    OPEN = "open"
    DOUBTED = "doubted"
    CLEARED = "cleared"


class AlarmStep(StrEnum):
    DOUBT = "doubt"
    CLEAR = "clear"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[AlarmState, AlarmStep], AlarmState] = {
    (AlarmState.OPEN, AlarmStep.DOUBT): AlarmState.DOUBTED,
    (AlarmState.OPEN, AlarmStep.CLEAR): AlarmState.CLEARED,
    (AlarmState.DOUBTED, AlarmStep.CLEAR): AlarmState.CLEARED,
    (AlarmState.CLEARED, AlarmStep.REOPEN): AlarmState.OPEN,
}


def steps_from(state: AlarmState, subject: AlarmSubject) -> list[AlarmStep]:
    """What a person may do; only a code can be doubted on its page, and rules reopen by themselves."""
    return [
        step
        for (source, step) in TRANSITIONS
        if source is state
        and step is not AlarmStep.REOPEN
        and (step is not AlarmStep.DOUBT or subject is AlarmSubject.CODE)
    ]


def after(state: AlarmState, step: AlarmStep) -> AlarmState | None:
    """Where `step` leads from `state`; None when the table does not allow it."""
    return TRANSITIONS.get((state, step))
