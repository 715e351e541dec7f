#!/usr/bin/env bash
# From a bare Debian 12 to a solved system: installs the packages, builds the library and the program, generates a 3-D Poisson
# problem of a million unknowns, and solves one of the reference matrices.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh

build=build/quickstart
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DTAMIS_BUILD_TESTS=OFF -DTAMIS_BUILD_BENCH=OFF \
  -DTAMIS_BUILD_EXAMPLES=OFF -DTAMIS_PRECOMPILE=ON -DTAMIS_UNITE=ON >/dev/null
cmake --build "$build"
tamis="$build/bin/tamis"
work="$build/matrices"
mkdir -p "$work"

show() {
  printf '\n$ tamis'
  printf ' %s' "$@"
  printf '\n'
  "$tamis" "$@"
}

show version
show generate poisson3d 100 100 100 -o "$work/poisson3d.mtx"
show info "$work/poisson3d.mtx"

# One of the reference matrices, with b = A·1.
matrix=data/convection_2d_12x10.mtx.zst
show info "$matrix"
show solve "$matrix" -o "$work/x.mtx"
echo
echo "The solution is in $work/x.mtx, the program in $tamis. The tests: scripts/test.sh"
