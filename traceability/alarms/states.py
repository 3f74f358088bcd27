"""What an alarm is about and what a person may do with it (pure)."""

from enum import StrEnum

from core.state_tables import StateTable


class AlarmSubject(StrEnum):
    """What the rules judge: a code, a licensee's season, a network that tries numbers."""

    CODE = "code"
    GROWER = "grower"
    NETWORK = "network"


class AlarmState(StrEnum):
    """`open` while it stands, `doubted` once a person had the code's page warn, `cleared` by a person."""

    OPEN = "open"
    DOUBTED = "doubted"
    CLEARED = "cleared"


class AlarmStep(StrEnum):
    """What is done with an alarm; only the rules reopen one."""

    DOUBT = "doubt"
    CLEAR = "clear"
    REOPEN = "reopen"


TRANSITIONS: StateTable[AlarmState, AlarmStep] = StateTable(
    {
        AlarmState.OPEN: {AlarmStep.DOUBT: AlarmState.DOUBTED, AlarmStep.CLEAR: AlarmState.CLEARED},
        AlarmState.DOUBTED: {AlarmStep.CLEAR: AlarmState.CLEARED},
        AlarmState.CLEARED: {AlarmStep.REOPEN: AlarmState.OPEN},
    }
)
after = TRANSITIONS.after


def steps_from(state: AlarmState, subject: AlarmSubject) -> list[AlarmStep]:
    """What a person may do; only a code can be doubted on its page, and rules reopen by themselves."""
    return [
        step
        for step in TRANSITIONS.steps_from(state)
        if step is not AlarmStep.REOPEN and (step is not AlarmStep.DOUBT or subject is AlarmSubject.CODE)
    ]
