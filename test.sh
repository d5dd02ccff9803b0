#!/usr/bin/env bash
# The whole check, as on the build machine: installs what is missing, locked restore, format, build with warnings as errors,
# all tests. The last line is "N passed, N failed, N skipped" alone; the exit code is 0 only when all is well.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/machine.sh

results=.test/results
passed=0 failed=0 skipped=0

finish() {
    status=$?
    # What broke before any test could say so counts as one failure.
    [ "$status" != 0 ] && [ "$failed" = 0 ] && failed=1
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}
trap finish EXIT

step() {
    echo "== $1" >&2
    shift
    "$@" </dev/null || { echo "test.sh: this failed: $*" >&2; exit 1; }
}

counter() { # FILE NAME: an attribute of the results' <Counters>
    sed -n "s/.*<Counters .*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

need_dotnet
need postgresql
need chromium
need nodejs
need npm
need python3
need nginx
need openssl
step "Restore, exactly what the lock files say" dotnet restore --locked-mode --verbosity quiet
step "Restore what reads the contract and the files, exactly what its lock file says" npm ci --prefix tests/npm --no-progress --loglevel error
step "Restore the formatter" dotnet tool restore --verbosity quiet
step "Format" dotnet csharpier check .
step "Build, warnings are errors" dotnet build --no-restore --configuration Release --verbosity quiet --disable-build-servers \
    -consoleLoggerParameters:NoSummary

rm -rf "$results"
broken=0
for project in tests/Lagesbild.Tests tests/Lagesbild.Browser; do
    name=$(basename "$project")
    echo "== Test $name" >&2
    dotnet test "$project" --no-build --configuration Release --nologo --verbosity quiet \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" </dev/null || broken=1
    trx="$results/$name.trx"
    if [ -f "$trx" ]; then
        total=$(counter "$trx" total) executed=$(counter "$trx" executed)
        passed=$((passed + $(counter "$trx" passed)))
        failed=$((failed + $(counter "$trx" failed)))
        skipped=$((skipped + total - executed))
    else
        echo "test.sh: $name left no results" >&2
        broken=1
    fi
done
exit "$broken"
