#!/usr/bin/env bash
# Gradescope runs this once for each assignment, when it builds the image: it installs compilers, Python and Offhook.
set -euo pipefail
home="${AUTOGRADER:-/autograder}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
# Change here: what the programs of your students need, as default-jdk-headless, nodejs, golang-go, rustc, libssl-dev.
apt-get install -y --no-install-recommends gcc g++ make libc6-dev python3 python3-venv
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then # as on Ubuntu 22.04
  apt-get install -y --no-install-recommends python3.11 python3.11-venv
  python=python3.11
fi
"$python" -m venv "$home/offhook"
"$home/offhook/bin/pip" install --quiet "$home/source/offhook"
