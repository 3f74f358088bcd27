"""Whether a part lives, told from its beats and from what its launcher knows."""

import time

import pytest
from structlog.testing import capture_logs

from core import heartbeats as parts
from core.heartbeats import FIRST_START_S, LONGEST_TASK_S, SILENT_AFTER_S, PartAway

FAST = "worker-fast"


def launched(folder, state="running", *, since=0.0, deaths=0):
    parts.tell_launched(folder, {FAST: {"state": state, "since": since, "deaths": deaths}})


def test_a_part_that_beats_lives_until_it_is_silent(tmp_path):
    parts.beat(tmp_path, FAST)
    parts.check(tmp_path, FAST)
    with pytest.raises(PartAway, match="silent for"):
        parts.check(tmp_path, FAST, at=time.time() + SILENT_AFTER_S + 1)


def test_a_part_that_was_never_heard_of_is_away(tmp_path):
    with pytest.raises(PartAway, match="never heard of"):
        parts.check(tmp_path, FAST)


NOT_WRITTEN_BY_US = [
    "", "{", "[]", "7", "[" * 5_000, '{"at": "noon"}', '{"at": null}', '{"at": NaN}', '{"at": 1e400}',
    '{"at": 9999999999, "parts": [], "running": 7}', '{"at": {}, "parts": {"worker-fast": 7}}',
    '{"at": 9999999999, "parts": [1]}', f'{{"at": 1{"0" * 400}}}',
]  # fmt: skip


@pytest.mark.parametrize("torn", NOT_WRITTEN_BY_US)
def test_a_beat_that_cannot_be_read_is_no_beat(tmp_path, torn):
    (tmp_path / f"{FAST}.json").write_text(torn)
    with pytest.raises(PartAway):
        parts.check(tmp_path, FAST)


@pytest.mark.parametrize("torn", NOT_WRITTEN_BY_US)
def test_what_no_launcher_wrote_is_not_believed_and_goes(tmp_path, torn):
    (tmp_path / "launched-1.json").write_text(torn)
    parts.beat(tmp_path, FAST)
    parts.check(tmp_path, FAST)
    parts.forget_launched(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{FAST}.json"]


@pytest.mark.parametrize("known", ["7", "{}", '{"state": 7, "since": 0, "deaths": 0}',
                                   '{"state": "waiting", "since": 0}', '{"state": "waiting", "deaths": 0}',
                                   '{"state": "waiting", "since": "then", "deaths": null}'])  # fmt: skip
def test_a_part_of_which_its_launcher_says_nonsense_is_asked_itself(tmp_path, known):
    (tmp_path / "launched-1.json").write_text(f'{{"at": {time.time()}, "parts": {{"{FAST}": {known}}}}}')
    parts.beat(tmp_path, FAST)
    parts.check(tmp_path, FAST)


@pytest.mark.parametrize("running", ["7", '["x"]', '[["x", "then"], [1], [[], 0]]'])
def test_a_task_without_a_time_is_none(tmp_path, running):
    (tmp_path / f"{FAST}.json").write_text(f'{{"at": {time.time()}, "running": {running}}}')
    parts.check(tmp_path, FAST)


def test_a_part_that_was_just_started_for_the_first_time_is_given_a_minute(tmp_path):
    launched(tmp_path, since=time.time())
    parts.check(tmp_path, FAST)
    launched(tmp_path, since=time.time() - FIRST_START_S)
    with pytest.raises(PartAway):
        parts.check(tmp_path, FAST)
    launched(tmp_path, since=time.time(), deaths=1)
    with pytest.raises(PartAway):
        parts.check(tmp_path, FAST)


@pytest.mark.parametrize("state", ["waiting", "unsteady"])
@pytest.mark.parametrize("part", [FAST, "web"])
def test_what_its_launcher_says_counts_more_than_a_beat(tmp_path, part, state):
    parts.beat(tmp_path, part)
    parts.tell_launched(tmp_path, {part: {"state": state, "since": 0, "deaths": 5}})
    with pytest.raises(PartAway, match=f"{state} after 5 deaths"):
        parts.check(tmp_path, part)


def test_a_launcher_that_is_silent_itself_is_not_believed(tmp_path):
    launched(tmp_path, "waiting")
    later = time.time() + SILENT_AFTER_S + 1
    with pytest.raises(PartAway, match="never heard of"):
        parts.check(tmp_path, FAST, at=later)
    parts.forget_launched(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_works_at_one_task_for_too_long_hangs_though_it_beats(tmp_path):
    begun = time.time() - LONGEST_TASK_S[FAST] - 1
    parts.beat(tmp_path, FAST, [("core.seal.sequence", begun)])
    with pytest.raises(PartAway, match=r"core\.seal\.sequence runs for"):
        parts.check(tmp_path, FAST)


def test_a_disk_that_takes_nothing_costs_a_beat_and_nothing_else(all_told, tmp_path):
    in_the_way = tmp_path / f"{FAST}.json"
    in_the_way.mkdir()
    (in_the_way / "x").touch()
    with capture_logs() as said:
        parts.beat(tmp_path, FAST)
        parts.forget(tmp_path, FAST)
    assert [line["event"] for line in said] == ["beat_not_written", "beat_not_removed"]
