#!/usr/bin/env bash
# Runs once, when Gradescope builds the image of the autograder.
set -euo pipefail

apt-get update
apt-get install -y python3 python3-venv
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Expected Python 3.11 or later, found $(python3 --version); choose a newer base image, such as Ubuntu 24.04." >&2
    exit 1
fi
python3 -m venv "${GRADER_VENV:-/opt/grader}"
# Or what pip takes in place of kata-grader: a wheel beside this file, or git+https://... of your own.
"${GRADER_VENV:-/opt/grader}/bin/python" -m pip install --no-cache-dir "${GRADER_PACKAGE:-kata-grader}"
