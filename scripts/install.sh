#!/bin/sh
# Install a locked set and genping itself (editable) into a virtual environment.
# usage: install.sh PYTHON LOCK
#
# uv does it in a few seconds where pip takes half a minute; where uv cannot be had or cannot reach the index that
# pip is configured for, pip does it all. Both check every hash.
set -eu
python=$1 lock=$2
pip() { "$python" -m pip --quiet --disable-pip-version-check install --no-deps "$@"; }
uv() { "$python" -m uv --quiet --no-cache pip install --python "$python" --no-deps "$@"; }

if pip --require-hashes --only-binary :all: -r requirements/uv.txt 2>/dev/null &&
    uv --require-hashes --only-binary :all: -r "$lock" 2>/dev/null; then
    uv --no-build-isolation --offline --editable .
else
    pip --require-hashes --only-binary :all: -r "$lock"
    pip --no-build-isolation --editable .
fi
