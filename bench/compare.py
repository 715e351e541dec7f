#!/usr/bin/env python3
"""Prints the machine and the ratios of tamis against each peer: bench/compare.py FILE…

A file holds one measurement a line, as bench/run.py writes it with --output. A ratio is the peer's median time over that of
tamis: above 1, tamis is faster. The exit status is 1 if a check disagrees or a ratio is below 1.
"""

import json
import os
import platform
import statistics
import sys

OURS = "tamis"
TOLERANCE = 1e-6


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


def machine():
    return f"{processor()}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}"


def disagreement(ours, theirs):
    """The first check whose numbers differ, as a sentence; checks that end in 'residual' are only shown, not compared."""
    for name, value in ours.get("checks", {}).items():
        other = theirs.get("checks", {}).get(name)
        if other is None or name.endswith("residual"):
            continue
        if not abs(value - other) <= TOLERANCE * max(abs(value), abs(other), 1):
            return f"{name}: {OURS} {value:.17g}, {theirs['contender']} {other:.17g}"
    return None


def show(line):
    seconds = statistics.median(line["seconds"])
    rate = f"{line['bytes'] / seconds / 1e6:10.0f}" if line.get("bytes") else " " * 10
    spread = f"{min(line['seconds']):.4g}..{max(line['seconds']):.4g}"
    return seconds, f"{line['contender']:<20} {line.get('threads', 1):>7} {seconds:>11.4g} {spread:>21} {rate}"


def print_table(lines):
    """Prints one block an operation and problem; returns 0 if all checks agree and no ratio is below 1."""
    print(machine())
    groups = {}
    for line in lines:
        groups.setdefault((line["operation"], line["problem"]), []).append(line)
    below = []
    differing = []
    for (operation, problem), group in groups.items():
        print(f"\n{operation}, {problem}")
        print(f"{'contender':<20} {'threads':>7} {'median s':>11} {'range':>21} {'MB/s':>10} {'ratio':>7}")
        group.sort(key=lambda line: (line["contender"] != OURS, line["contender"]))
        own = [line for line in group if line["contender"] == OURS]
        reference = min((statistics.median(line["seconds"]) for line in own), default=None)
        for line in group:
            seconds, text = show(line)
            if line["contender"] == OURS or reference is None:
                print(text)
                continue
            ratio = seconds / reference
            print(f"{text} {ratio:>7.2f}")
            if ratio < 1:
                below.append(f"{operation}, {problem}: {line['contender']} {ratio:.2f}")
            if problem_with := disagreement(own[0], line):
                differing.append(f"{operation}, {problem}: {problem_with}")
    print()
    for sentence in differing:
        print(f"the results differ: {sentence}")
    for sentence in below:
        print(f"slower than a peer: {sentence}")
    if not below and not differing:
        print("no ratio is below 1, and the results agree")
    return 1 if below or differing else 0


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    lines = []
    for file in sys.argv[1:]:
        with open(file, encoding="utf-8") as text:
            lines += [json.loads(line) for line in text if line.strip()]
    return print_table(lines)


if __name__ == "__main__":
    sys.exit(main())
