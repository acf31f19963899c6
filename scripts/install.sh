#!/bin/sh
# Install a locked set and genping itself (editable, without a build of its own: a path file and an entry point).
# usage: install.sh PYTHON LOCK
set -eu
python=$1 lock=$2
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r "$lock"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
