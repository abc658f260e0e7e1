#!/bin/sh
# Installs the product of a source tree into a new virtual environment: install.sh SOURCE VENV
# Needs python3 with venv and a package index. Every package has the version and the hash that the
# lock names; of the lock's packages only those come that the product asks for.
set -eu

source=$1
venv=$2
lock=$source/requirements.lock
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
sed -n '/^uv==/,/[^\\]$/p' "$lock" >"$work/uv.txt"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
  --require-hashes --requirement "$work/uv.txt"
uv=$work/venv/bin/uv

"$uv" build --quiet --wheel --build-constraints "$lock" --require-hashes --out-dir "$work/dist" "$source"
python3 -m venv --without-pip "$venv"
"$uv" pip install --quiet --python "$venv/bin/python" --constraints "$lock" --verify-hashes \
  --compile-bytecode "$work/dist/"*.whl
