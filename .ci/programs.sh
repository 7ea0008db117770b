#!/usr/bin/env bash
# Installs the real programs that exports are tried with into $KOSCHUSO_PROGRAMS, each in an environment of its own.
#
#   KOSCHUSO_PROGRAMS=~/.cache/koschuso-programs .ci/programs.sh
#
# Which ones and which versions stands in tests/programs/programs.toml. What is there in that version is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${KOSCHUSO_PROGRAMS:?name the folder for the programs, outside the repository}"
export PIP_DISABLE_PIP_VERSION_CHECK=1

for need in python3 node npm; do
  command -v "$need" >/dev/null || { echo "The real programs need $need, and it is not on this machine" >&2; exit 1; }
done
mkdir -p "$KOSCHUSO_PROGRAMS"

listed=$(python3 - <<'PYTHON'
import tomllib
with open("tests/programs/programs.toml", "rb") as file:
    for name, program in tomllib.load(file).items():
        print(program["from"], name, program["version"])
PYTHON
)

install() {
  local from=$1 name=$2 version=$3 place=$KOSCHUSO_PROGRAMS/$2
  if [ "$(cat "$place/.installed" 2>/dev/null)" = "$version" ]; then
    echo "$name $version is there"
    return
  fi
  rm -rf "$place"
  case $from in
    pypi)
      python3 -m venv "$place"
      "$place/bin/python" -m pip install --quiet "$name==$version"
      ;;
    npm)
      mkdir -p "$place"
      npm install --silent --no-audit --no-fund --no-package-lock --prefix "$place" "$name@$version"
      ;;
    *)
      echo "$name: nobody knows how to install from $from" >&2
      return 1
      ;;
  esac
  echo "$version" >"$place/.installed"
  echo "$name $version installed"
}

# All at once: each mostly waits for its downloads. One that fails makes the whole fail, and says which.
waiting=()
while read -r from name version; do
  install "$from" "$name" "$version" &
  waiting+=("$! $name")
done <<<"$listed"
failed=0
for one in "${waiting[@]}"; do
  wait "${one%% *}" || { echo "${one#* } could not be installed" >&2; failed=1; }
done
exit $failed
