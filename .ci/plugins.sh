#!/usr/bin/env bash
# Installs koschuso and the plugins of this repository as a municipality would, proves every store with the published
# kit, and prints the results that an office would hand on.
#
#   .ci/postgres.sh .ci/plugins.sh       a real PostgreSQL gives its URL in $KOSCHUSO_POSTGRES
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${KOSCHUSO_POSTGRES:?start this through .ci/postgres.sh}"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
bin=$folder/venv/bin
# Built, not linked: what is proved is what would be published.
"$bin/python" -m pip install --quiet "$root[testing]" "$root"/plugins/koschuso-soest "$root"/plugins/koschuso-files \
  "$root"/plugins/koschuso-postgres 'psycopg[binary]'

cd "$folder"
"$bin/koschuso" plugins
"$bin/koschuso" plugins --check

failed=0
prove() {
  local name=$1 url=$2
  printf '\n--- %s\n' "$name"
  # Each store in a process of its own: the summary and the file are about one driver.
  "$bin/python" -m pytest --quiet --pyargs koschuso.testing.suite -p no:cacheprovider --store "$url" \
    --koschuso-report "$folder/$name.json" || failed=1
}
prove memory memory:
prove sqlite "sqlite:///$folder/proved.db"
prove files "files:///$folder/proved"
prove postgresql "$KOSCHUSO_POSTGRES"

for name in memory sqlite files postgresql; do
  printf '\n%s.json\n' "$name"
  cat "$folder/$name.json"
done
exit $failed
