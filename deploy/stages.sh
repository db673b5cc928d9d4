#!/bin/sh
# Runs make targets one after another and prints how long each took: sh deploy/stages.sh lint unit …
set -eu
table=
began_all=$(date +%s)
for stage in "$@"; do
    echo "::: $stage"
    began=$(date +%s)
    "${MAKE:-make}" --no-print-directory "$stage"
    table="$table$(printf '%-14s %5d s' "$stage" $(($(date +%s) - began)))
"
done
printf '\n%s%-14s %5d s\n' "$table" total $(($(date +%s) - began_all))
