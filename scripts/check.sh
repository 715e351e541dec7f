#!/usr/bin/env bash
# For daily work, in a few minutes: format, layers, lint of what changed, build, header self-containment, fast tests.
#   scripts/check.sh [BASE]     what changed against BASE (default: main, otherwise HEAD)
# Needs scripts/install_packages.sh --dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base=${1:-main}
git rev-parse --verify -q "$base^{commit}" >/dev/null || base=HEAD
step() { printf '\n== %s\n' "$*"; }

step format
scripts/format.sh --check

step layers
scripts/check_layers.py

step build
cmake --preset release >/dev/null
cmake --build --preset release
cmake --build --preset release --target all_verify_interface_header_sets

step "lint of what changed against $base"
changed=$({ git diff --name-only --diff-filter=d "$base" -- '*.cpp'; git ls-files --others --exclude-standard -- '*.cpp'; } |
  grep -vE '^tests/(does_not_compile|consumer)/' | sort -u || true)
if [ -n "$changed" ]; then
  printf '%s\n' "$changed" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/release --quiet --warnings-as-errors='*'
else
  echo "nothing changed"
fi

step "fast tests"
ctest --preset release -LE 'slow|reference' -j "$(nproc)"
