#!/usr/bin/env bash
# Make .venv and install exactly what a lock file says; nothing to do while the lock is unchanged.
# Usage: scripts/setup_venv.sh requirements.txt | requirements-dev.txt
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1
stamp=.venv/.installed-$lock

refuse() { printf '\n%s\n' "$*" >&2; exit 1; }

as_root() { # run a command as root, or say that it cannot be done
  if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

find_python() { # the first Python that is new enough
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$name"; return; fi
  done
  return 1
}

install_python() {
  command -v apt-get >/dev/null || return 1
  echo "Installing python3-venv with apt-get."
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv
}

make_venv() { rm -rf .venv; "$(find_python)" -m venv .venv >/dev/null 2>&1; }

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  make_venv || { install_python && make_venv; } || { rm -rf .venv
    refuse "Python 3.11 or newer with its venv module is needed. On Debian: sudo apt-get install python3 python3-venv"; }
fi

wanted=$(sha256sum < "$lock")
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing $lock (the first time takes a minute)."
  # The lock alone decides: --no-deps asks no index for anything that it does not name, and pip check says if it forgot something.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock" || refuse \
    "The packages could not be installed: the reason stands above. Is this machine online? For a package mirror set PIP_INDEX_URL."
  .venv/bin/python -m pip check --quiet --disable-pip-version-check || refuse "$lock does not hold everything that its packages need. Run: make lock"
  echo "$wanted" > "$stamp"
fi
