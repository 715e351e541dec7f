#!/usr/bin/env python3
"""Runs the contenders of one operation interleaved and prints the ratios.

    bench/run.py OPERATION [--build build] [--rounds 3] [--threads n] [--small] [--limit seconds] [--output FILE]

Each round runs every contender once on every problem, so that a disturbed minute of the machine touches all of them. The
medians over the rounds are compared (see compare.py, whose exit status this is, but 1 also where tamis itself fails). A
folder bench/OPERATION holds plan.py, with

    TASKS                               names, e.g. ["read", "write"]
    prepare(programs, folder, small)    makes the problems in `folder`; returns {problem: [arguments]}

and, where wanted,

    variants(contender, task, problem, small)   last arguments, a run each (without: one run with none)
    ENVIRONMENT                                 variables for all contenders, where they are not set
    at_least(ours, theirs)                      the ratio of times that is demanded of two measurements (without: 1)
    at_most(ours)                               {field: the most that is allowed} of a measurement of ours by itself
    pair(theirs)                                the contender of ours that makes the same choices, and the ratios of times
                                                and of peak memories demanded of the two; None: none

and the contenders: programs bench_OPERATION_CONTENDER in BUILD/bin, and scripts CONTENDER_contender.py, which exit with 77
where their library is not installed. Both are called as `CONTENDER TASK PROBLEM ARGUMENTS…` and print one line of JSON:

    {"operation", "problem", "contender", "threads", "seconds": […], "bytes", "peak_bytes", "choice", "checks": {…}}

and, where they have them, "phases": {name: seconds […]}, "iterations", "memory" (as a multiple of the problem's), "solved" and
"unit" (see compare.py).
"""

import argparse
import glob
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile

import compare

HERE = os.path.dirname(os.path.abspath(__file__))
NOT_INSTALLED = 77
# Debian's own interpreter first: SciPy comes from its packages.
PYTHONS = ["/usr/bin/python3", sys.executable]


def find_programs(operation, build):
    prefix = f"bench_{operation}_"
    return {os.path.basename(path)[len(prefix):]: os.path.abspath(path)
            for path in sorted(glob.glob(os.path.join(build, "bin", prefix + "*")))}


def find_scripts(operation):
    ending = "_contender.py"
    return {os.path.basename(path)[:-len(ending)]: path
            for path in sorted(glob.glob(os.path.join(HERE, operation, "*" + ending)))}


def load_plan(operation):
    path = os.path.join(HERE, operation, "plan.py")
    if not os.path.exists(path):
        sys.exit(f"bench/run.py: no such operation: {operation} (there is no {path})")
    spec = importlib.util.spec_from_file_location("plan", path)
    plan = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plan)
    return plan


def measure(command, environment, seconds):
    """The exit status of a contender and the measurements that it prints; it is ended after so many seconds."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True) as process:
        try:
            text, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            print(f"{' '.join(command)} was ended after {seconds} s", file=sys.stderr)
            return process.returncode, []
    if process.returncode not in (0, NOT_INSTALLED):
        print(f"{' '.join(command)} failed with {process.returncode}", file=sys.stderr)
    return process.returncode, [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def add(measurement, one):
    """Adds the seconds of another round."""
    measurement["seconds"] += one["seconds"]
    for phase, seconds in one.get("phases", {}).items():
        measurement["phases"][phase] += seconds
    if not one.get("solved", True):
        measurement["solved"] = False


def contenders_of(operation, programs):
    """{name: the beginning of its command}; interpreters are tried in order for scripts."""
    commands = {name: [path] for name, path in programs.items() if name != "generate"}
    for name, path in find_scripts(operation).items():
        for python in PYTHONS:
            if os.path.exists(python) and subprocess.run([python, "-c", f"import {name}"], stderr=subprocess.DEVNULL,
                                                         check=False).returncode == 0:
                commands[name] = [python, path]
                break
        else:
            print(f"{name} is not installed and left out", file=sys.stderr)
    return commands


def runs(plan, commands, task, problem, rest, small):
    """The command lines of one task on one problem, all contenders in turn."""
    for name, command in commands.items():
        for last in plan.variants(name, task, problem, small) if hasattr(plan, "variants") else [None]:
            yield command + [task, problem] + rest + ([] if last is None else [last])


def demand(plan, lines):
    """Writes into each peer's measurement what is demanded of the ratios, where the plan says."""
    own = {(line["operation"], line["problem"]): line for line in lines if line["contender"] == compare.OURS}
    for line in lines:
        ours = own.get((line["operation"], line["problem"]))
        if line is ours and hasattr(plan, "at_most"):
            line["at_most"] = plan.at_most(line)
        if ours is None or line is ours:
            continue
        if hasattr(plan, "at_least"):
            line["at_least"] = plan.at_least(ours, line)
        if hasattr(plan, "pair"):
            line["pair"] = plan.pair(line)


def main():
    parser = argparse.ArgumentParser(description="Runs the contenders of one operation and prints the ratios.")
    parser.add_argument("operation")
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="for the contenders that have any (default: all cores)")
    parser.add_argument("--small", action="store_true", help="small problems, to see whether all works")
    parser.add_argument("--limit", type=float, default=None, help="seconds after which a contender is ended (default: none)")
    parser.add_argument("--folder", default=None, help="where problems are kept (default: a temporary folder)")
    parser.add_argument("--output", default=None, help="also write the measurements there, a line each")
    options = parser.parse_args()

    plan = load_plan(options.operation)
    programs = find_programs(options.operation, options.build)
    if "tamis" not in programs:
        sys.exit(f"bench/run.py: bench_{options.operation}_tamis is not in {options.build}/bin; build it first")
    environment = {**getattr(plan, "ENVIRONMENT", {}), **os.environ}
    if options.threads > 0:
        for variable in ("TAMIS_NUM_THREADS", "OMP_NUM_THREADS"):
            environment[variable] = str(options.threads)

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        os.makedirs(folder, exist_ok=True)
        arguments = plan.prepare(programs, folder, options.small)
        commands = contenders_of(options.operation, programs)
        measurements = {}
        ours_failed = False
        for _ in range(options.rounds):
            for task in plan.TASKS:
                for problem, rest in arguments.items():
                    for command in runs(plan, commands, task, problem, rest, options.small):
                        status, found = measure(command, environment, options.limit)
                        ours_failed |= status != 0 and command[0] == programs["tamis"]
                        for one in found:
                            key = (one["operation"], one["problem"], one["contender"], one["threads"])
                            if key in measurements:
                                add(measurements[key], one)
                            else:
                                measurements[key] = one
    lines = list(measurements.values())
    demand(plan, lines)
    if options.output:
        with open(options.output, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)
    return 1 if compare.print_table(lines) or ours_failed else 0


if __name__ == "__main__":
    sys.exit(main())
