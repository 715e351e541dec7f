#!/usr/bin/env bash
# Formats all sources; with --check it only says which files are not formatted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

formatter=$(command -v clang-format-14 || command -v clang-format)
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.hpp' '*.cpp' | while read -r f; do [ -f "$f" ] && echo "$f"; done)
if [ "${1:-}" = --check ]; then
  "$formatter" --dry-run -Werror "${files[@]}" && echo "${#files[@]} files are formatted"
else
  "$formatter" -i "${files[@]}"
fi
