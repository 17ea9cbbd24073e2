#!/bin/sh
# Runs bootstrap.py with the first Python >= 3.11 it finds: the environment's own, $PYTHON, then those of the PATH.
set -u
here=$(dirname "$0")
for python in "$here/../../.venv/bin/python" "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    [ -n "$python" ] || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" -I "$here/bootstrap.py" "$@"
    fi
done
found=$(python3 --version 2>/dev/null || echo "none")
echo "zrg: Python 3.11 or newer is needed (found: $found); install it or name one: make up PYTHON=/path/to/python3" >&2
exit 1
