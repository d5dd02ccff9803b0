#!/usr/bin/env bash
# Everything on this machine, from nothing: installs what is missing, builds, and runs `lagesbild demo` until Ctrl-C.
# Options are those of `lagesbild demo` (--help shows them).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/machine.sh

need_dotnet
need postgresql
echo "Building (the first time this takes a minute)"
dotnet restore src/Lagesbild --locked-mode --verbosity quiet </dev/null
dotnet build src/Lagesbild --no-restore --configuration Release --verbosity quiet --disable-build-servers \
    -consoleLoggerParameters:NoSummary </dev/null
exec dotnet src/Lagesbild/bin/Release/net10.0/lagesbild.dll demo "$@"
