#!/usr/bin/env bash
# PrairieLearn's external grader starts this for each submission: it judges and marks the programs. The image has Offhook.
set -euo pipefail
grade="${GRADE:-/grade}"
exercises=(hello_server) # change: what was to be written
rubric=careful           # change: a rubric of the package; a file rubric.toml beside this one goes before it
if [[ -f "$grade/tests/rubric.toml" ]]; then rubric="$grade/tests/rubric.toml"; fi
exec offhook check "${exercises[@]/#/--exercise=}" --rubric "$rubric" \
  --as "prairielearn=$grade/results/results.json" "$grade/student"
