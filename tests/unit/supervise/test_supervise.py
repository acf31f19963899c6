"""The parent brings back what dies, ends what it started, and knows when to give up."""

import os
import signal
import sys
import threading
import time

import pytest

from exporter.supervise import Child, Supervisor

FOREVER = "import sys; sys.stdin.read()"


def child(name="worker", code=FOREVER):
    return Child(name=name, argv=[sys.executable, "-c", code])


def after(delay_s, action):
    timer = threading.Timer(delay_s, action)
    timer.daemon = True
    timer.start()
    return timer


def stop_after(delay_s):
    return after(delay_s, lambda: os.kill(os.getpid(), signal.SIGTERM))


def supervise(*children, **more):
    return Supervisor(children=children, environ=dict(os.environ), **more)


def test_a_killed_child_is_back_within_two_seconds():
    one = child()
    said: list[str] = []
    pids: list[int] = []

    def kill():
        pids.append(one.process.pid)
        os.kill(one.process.pid, signal.SIGKILL)

    after(0.5, kill)
    stop_after(2.4)
    assert supervise(one, say=said.append).run() == 0
    assert one.restarts == 1
    assert one.process.pid != pids[0]
    assert said == ["worker ended (signal 9); starting it again"]


def test_one_childs_death_leaves_the_other_alone():
    dying, living = child("dying", "import time; time.sleep(.3); raise SystemExit(9)"), child("living")
    pid = []
    after(0.2, lambda: pid.append(living.process.pid))
    stop_after(1.0)
    supervise(dying, living).run()
    assert (living.restarts, living.process.pid) == (0, pid[0])


@pytest.mark.parametrize("code", [1, 2])
def test_a_child_that_cannot_start_ends_everything_with_its_code(code):
    other = child("other")
    assert supervise(child(code=f"raise SystemExit({code})"), other).run() == code
    assert not other.alive


def test_term_ends_all_children_at_once_when_they_obey():
    children = [child(str(i)) for i in range(3)]
    stop_after(0.4)
    started = time.monotonic()
    assert supervise(*children).run() == 0
    assert time.monotonic() - started < 2
    assert not any(one.alive for one in children)


def test_a_child_that_does_not_obey_is_killed_within_ten_seconds():
    stubborn = child(code="import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
    stop_after(0.5)
    started = time.monotonic()
    assert supervise(stubborn).run() == 0
    assert time.monotonic() - started < 10
    assert stubborn.process.returncode == -signal.SIGKILL


def test_a_second_term_ends_at_once():
    stubborn = child(code="import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
    stop_after(0.4)
    stop_after(0.8)
    started = time.monotonic()
    supervise(stubborn).run()
    assert time.monotonic() - started < 1.6


def test_hup_reaches_the_children(tmp_path):
    mark = tmp_path / "hup"
    code = (
        "import signal,sys,pathlib;"
        f"signal.signal(1, lambda *_: pathlib.Path({str(mark)!r}).touch()); sys.stdin.read()"
    )
    after(0.5, lambda: os.kill(os.getpid(), signal.SIGHUP))
    stop_after(1.0)
    supervise(child(code=code)).run()
    assert mark.exists()
