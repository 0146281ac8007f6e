import numpy as np
import pytest
from bench.hot_path import behind, http_load, report
from bench.hot_path.burst import Flood, course, recovered
from bench.hot_path.load import Steady, percentiles, wrong
from bench.hot_path.packets import LAP, Writer, callee, caller, invite, is_blocked
from bench.hot_path.wire import Answer

MS = 1_000_000


def test_calls_made_as_columns_are_the_calls_made_one_by_one():
    writer = Writer("r1", 40_123)
    block = writer.new(500)
    writer.write(block, 1_234_567)
    assert [bytes(row) for row in block] == [invite(1_234_567 + n, "r1", 40_123) for n in range(500)]


def test_on_another_lap_the_same_people_call_others():
    writer = Writer("b", 40_123)
    block = writer.new(50)
    writer.write(block, 0xABC00)
    writer.again(block, 3)
    for n, row in enumerate(block, 0xABC00):
        told = invite(n, "b", 40_123).replace(b"%08x" % n, b"%08x" % (3 * LAP + n))
        assert bytes(row) == told.replace(b"+%d" % callee(n), b"+%d" % (callee(n) + 30_000_000))


def test_a_tenth_of_the_calls_is_by_blocked_numbers():
    assert sum(is_blocked(caller(n)) for n in range(100_000)) == pytest.approx(10_000, rel=0.01)


def test_an_answer_is_wrong_where_it_lets_a_blocked_call_through_or_refuses_another():
    blocked = next(n for n in range(1000) if is_blocked(caller(n)))
    other = next(n for n in range(1000) if not is_blocked(caller(n)))
    said = [(blocked, b"403"), (other, b"302"), (blocked, b"302"), (other, b"403"), (other, b"500")]
    assert wrong([Answer(n, status, "", 0) for n, status in said], b"403") == 3


def test_a_stand_still_is_felt_by_all_that_were_due_in_it():
    due = np.arange(0, 4000, dtype=float) * MS
    answered = due + 0.1 * MS
    # For half a second nothing is sent or answered, then all at once.
    still = (due >= 2000 * MS) & (due < 2500 * MS)
    sent = np.where(still, 2500 * MS, due)
    answered[still] = 2500.1 * MS
    found = percentiles(Steady(0, due, sent, answered, []), skip=1)
    assert found["calls"] == 3000
    assert found["due_p50"] == pytest.approx(100)
    assert found["due_p99"] == pytest.approx(471_100, rel=0.01)
    assert found["sent_p99"] == pytest.approx(100)
    assert found["late_p99"] == pytest.approx(471_000, rel=0.01)


def test_a_call_without_an_answer_is_never_answered_in_the_percentiles_too():
    due = np.array([0.0, 1.0, 2.0]) * MS
    found = percentiles(Steady(0, due, due, np.array([1.0, 2.0, np.inf]) * MS, []), skip=0)
    assert (found["lost"], found["due_max"]) == (1, np.inf)


def test_a_server_has_recovered_after_the_last_call_that_waited_long_or_in_vain():
    due = np.array([0.0, 0.3, 0.6, 0.9]) * 1000 * MS
    quick = due + MS
    after = Steady(0, due, due, quick, [])
    assert recovered(after, 20 * MS) == 0
    quick[1] = np.inf
    quick[2] = due[2] + 25 * MS
    assert recovered(after, 20 * MS) == pytest.approx(0.6)
    assert recovered(after, 400 * MS) == pytest.approx(0.3)


def test_the_course_of_a_burst_goes_on_into_the_load_after_it():
    sent_at = np.arange(1, 1001, dtype=np.int64) * MS
    answers = [Answer(n, b"302", "", int(sent_at[n]) + 90 * MS) for n in range(0, 1000, 10)]
    due = np.arange(0, 1000, 2, dtype=float) * MS
    after = Steady(1000 * MS, due, due, due + MS, [])
    bins = course(Flood(1000, 1.0, 1000 * MS, sent_at, answers), after)
    assert [one["at"] for one in bins[:2]] == [0, 0.5]
    assert bins[0]["sent"] == pytest.approx(1000, rel=0.01)
    assert bins[0]["answered"] == pytest.approx(100, rel=0.05)
    assert (bins[0]["p50"], bins[-1]["p50"]) == (pytest.approx(90), pytest.approx(1))


def test_an_answer_over_http_is_right_when_it_says_what_the_caller_deserves():
    blocked = next(n for n in range(1000) if is_blocked(caller(n)))
    other = next(n for n in range(1000) if not is_blocked(caller(n)))
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"
    assert http_load.right(blocked, head + b'{"answer":"not-entitled"}')
    assert http_load.right(other, head + b'{"answer":"continue"}')
    assert not http_load.right(other, head + b'{"answer":"not-entitled"}')
    assert not http_load.right(other, b"HTTP/1.1 500 No\r\n\r\ncontinue")


@pytest.mark.parametrize("way", [behind.ALONE, behind.SIP, behind.HTTP])
def test_each_way_through_kamailio_is_the_shipped_file_with_its_changes(tmp_path, way):
    config = behind.written(tmp_path / "settings", way, 1, 2, 3, 4).read_text()
    asks = "\troute(ASK);\n}" in config
    assert asks is (way != behind.ALONE)
    assert ("http://127.0.0.1:4" in config) is (way == behind.HTTP)
    assert "udp:127.0.0.1:1!" in (tmp_path / "settings" / "clearbell-site.cfg").read_text()


def test_what_was_measured_stands_between_the_marks_and_what_was_not_says_so(tmp_path, monkeypatch):
    growth = {
        size: {"numbers": 10, "consents": consents, "us_an_answer": us, "answers_a_cpu_second": 1e6 / us, "held": 1e6, "started": 1.5, "wrong": 0, "lost": 0}
        for size, consents, us in (("a", 1_000, 12.0), ("b", 10_000, 12.5))
    }  # fmt: skip
    settings = {"growth": {"machine": "M", "when": "W", "load": 0.1, "seconds": 9.0, "options": {}}}
    results = tmp_path / "results.json"
    results.write_bytes(report.msgspec.json.encode(report.Results({"growth": growth}, settings)))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    words = ["report", "--results", str(results), "--page", str(page), "--images", str(tmp_path)]
    for _ in range(2):
        monkeypatch.setattr("sys.argv", words)
        report.main()
        told = page.read_text()
        assert told.startswith("before\n")
        assert told.endswith("after\n")
        assert "old" not in told
        assert "| 10 | 10,000 | 12.5 | 80,000 | 1 | 1.50 | 0 |" in told
        assert "Not measured yet: `python -m bench.hot_path --parts memory`" in told
    assert "<svg" in (tmp_path / "hot-path-growth.svg").read_text()
    assert not (tmp_path / "hot-path-rate.svg").exists()
