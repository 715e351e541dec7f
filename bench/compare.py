#!/usr/bin/env python3
"""Prints the machine and the ratios of tamis against each peer: bench/compare.py FILE…

A file holds one measurement a line, as bench/run.py writes it with --output. A ratio is the peer's median time over that of
tamis: above 1, tamis is faster; likewise of peak memories. The exit status is 1 if a check disagrees or a ratio is below what
is demanded of it, 1 unless the measurement says otherwise.

A measurement with "unit" gives the unit in which the times of the others are shown beside their phases. One that says
"solved": false has no ratio.
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
    memory = f"{line['peak_bytes'] / 1e6:9.0f}" if line.get("peak_bytes") else " " * 9
    spread = f"{min(line['seconds']):.4g}..{max(line['seconds']):.4g}"
    return seconds, f"{line['contender']:<24} {line.get('threads', 1):>7} {seconds:>11.4g} {spread:>21} {rate} {memory}"


def details(line, unit):
    """Phases, iterations, units and memory as text, where a measurement has them."""
    parts = []
    if line.get("phases"):
        parts.append(" + ".join(f"{name} {statistics.median(seconds):.3g}" for name, seconds in line["phases"].items()))
    if "iterations" in line:
        parts.append(f"{line['iterations']} iterations")
    if unit and line.get("phases"):
        parts.append(f"{statistics.median(line['seconds']) / unit:.0f} units")
    if "memory" in line:
        parts.append(f"memory {line['memory']:.2f}")
    if not line.get("solved", True):
        parts.append("NOT SOLVED")
    if line.get("choice"):
        parts.append(line["choice"])
    return ", ".join(parts)


def beyond(ours):
    """A sentence for each of our own numbers that is larger than allowed."""
    return [f"{ours['contender']} {name} {ours[name]:.2f} (at most: {most:.2f})"
            for name, most in ours.get("at_most", {}).items() if name in ours and not ours[name] <= most]


def memory_ratio(ours, theirs):
    """The peer's peak memory over ours; None where it was not measured."""
    if not ours.get("peak_bytes") or not theirs.get("peak_bytes"):
        return None
    return theirs["peak_bytes"] / ours["peak_bytes"]


def print_pairs(group):
    """Prints the ratios of those that make the same choices; returns a sentence for each below what is demanded."""
    below = []
    for theirs in group:
        if not theirs.get("pair"):
            continue
        name, *demanded = theirs["pair"]
        for ours in (line for line in group if line["contender"] == name):
            ratios = [statistics.median(theirs["seconds"]) / statistics.median(ours["seconds"]), memory_ratio(ours, theirs)]
            text = ["" if ratio is None else format(ratio, "6.2f") for ratio in ratios]
            print(f"{theirs['contender'] + ' over ' + name:<86} {text[0]:>7} {text[1]:>6} {ours.get('choice', '')}".rstrip())
            for kind, ratio, least in zip(("", ", memory"), ratios, demanded):
                if ratio is not None and ratio < least:
                    below.append(f"{theirs['contender']} over {name}{kind} {ratio:.2f} (demanded: {least:.2f})")
    return below


def print_table(lines):
    """Prints one block an operation and problem; returns 0 if all checks agree and no ratio is below what is demanded."""
    print(machine())
    groups = {}
    for line in lines:
        groups.setdefault((line["operation"], line["problem"]), []).append(line)
    below = []
    differing = []
    for (operation, problem), group in groups.items():
        print(f"\n{operation}, {problem}")
        print(f"{'contender':<24} {'threads':>7} {'median s':>11} {'range':>21} {'MB/s':>10} {'peak MB':>9} {'ratio':>7} memory")
        group.sort(key=lambda line: (line["contender"] != OURS, line["contender"]))
        own = [line for line in group if line["contender"] == OURS]
        reference = min((statistics.median(line["seconds"]) for line in own), default=None)
        unit = next((statistics.median(line["seconds"]) for line in group if line.get("unit")), None)
        for line in group:
            seconds, text = show(line)
            if line["contender"] == OURS or reference is None:
                print(f"{text} {'':>7}        {details(line, unit)}".rstrip())
                if line["contender"] == OURS:
                    below += [f"{operation}, {problem}: {sentence}" for sentence in beyond(line)]
                    if not line.get("solved", True):
                        differing.append(f"{operation}, {problem}: {OURS} did not solve it")
                continue
            ratio = seconds / reference
            memory = memory_ratio(own[0], line)
            print(f"{text} {ratio:>7.2f} {'' if memory is None else format(memory, '6.2f'):>6} {details(line, unit)}".rstrip())
            if line.get("unit") or not line.get("solved", True):
                continue
            demanded = line.get("at_least", 1)
            if demanded is not None and ratio < demanded:
                below.append(f"{operation}, {problem}: {line['contender']} {ratio:.2f} (demanded: {demanded:.2f})")
            if problem_with := disagreement(own[0], line):
                differing.append(f"{operation}, {problem}: {problem_with}")
        below += [f"{operation}, {problem}: {sentence}" for sentence in print_pairs(group)]
    print()
    for sentence in differing:
        print(f"the results differ: {sentence}")
    for sentence in below:
        print(f"below what is demanded: {sentence}")
    if not below and not differing:
        print("no ratio is below what is demanded, and the results agree")
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
