#!/usr/bin/env bash
# Installs the packages, builds everything but the benchmarks in release, and runs every test. Arguments go to CMake:
#   scripts/test.sh -DTAMIS_WARNINGS_AS_ERRORS=ON
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh

build=build/test
options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DTAMIS_PRECOMPILE=ON -DTAMIS_UNITE=ON -DTAMIS_BUILD_BENCH=OFF)
if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
# So that a compiler cache knows files with precompiled headers again.
export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros}"
cmake -S . -B "$build" -G Ninja "${options[@]}" "$@"
cmake --build "$build"
outcomes="$build/tests/reference/OUTCOMES.txt"
rm -f "$outcomes"
status=0
# Several tests at once, each with threads: one that waits for another must not hold a core.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
ctest --test-dir "$build" --output-on-failure -j "$(nproc)" --no-tests=error || status=$?

# What became of the real matrices, where there are any; ctest shows it only when it fails.
if [ -f "$outcomes" ]; then tail -n 1 "$outcomes"; fi
exit "$status"
