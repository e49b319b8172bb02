"""Another process is called gone only if it is."""

import os
import subprocess
import sys

import pytest

from bot import processes

CODE = "from bot import processes; print(processes.name())"


def ended():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_process_that_ended_is_gone():
    assert processes.is_gone(ended())


def test_we_and_our_parent_are_not():
    where = processes.name().partition(":")[0]
    assert not processes.is_gone(processes.name())
    assert not processes.is_gone(f"{where}:{os.getppid()}:abc")


def test_one_that_had_our_number_before_us_is_gone():
    where, pid, _ = processes.name().split(":")
    assert processes.is_gone(f"{where}:{pid}:0ther")


@pytest.mark.parametrize("name", ["", "x", "elsewhere:1:a", "{}:x:a", "{}::", "{}:-5:a", "::"])
def test_what_cannot_be_told_is_not_gone(name):
    assert not processes.is_gone(name.format(processes.name().partition(":")[0]))
