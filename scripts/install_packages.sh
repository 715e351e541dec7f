#!/usr/bin/env bash
# Installs the Debian packages that tamis is built from. Does nothing when all are there. Needs root or sudo only to install.
#   scripts/install_packages.sh           to build the library, the program, the tests, the benchmarks
#   scripts/install_packages.sh --dev     also clang, its OpenMP, clang-format, clang-tidy
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config ccache python3
  libeigen3-dev libsuitesparse-dev libmumps-seq-dev libopenblas-openmp-dev libmetis-dev libspectra-dev
  libfast-float-dev zlib1g-dev libzstd-dev
  libfmt-dev libcli11-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)
for argument in "$@"; do
  case "$argument" in
    --dev) packages+=(clang-14 clang libomp-14-dev clang-format-14 clang-format clang-tidy-14 clang-tidy) ;;
    *)
      echo "usage: $0 [--dev]" >&2
      exit 2
      ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all packages are installed"
  exit 0
fi

echo "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "$0: these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
