#!/usr/bin/env bash
# A real PostgreSQL for tests: installs it from Debian's packages where it is missing, makes a cluster in a folder of its
# own, starts it on loopback as an unprivileged user, runs a command with its URL in $KOSCHUSO_POSTGRES, and stops it.
#
#   .ci/postgres.sh                                    only install, for tests that start servers themselves
#   .ci/postgres.sh pytest --pyargs koschuso.testing.suite --store '$KOSCHUSO_POSTGRES'
#
# The command is run by a shell, so that it may name the variable.
set -euo pipefail

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

if [ -z "$(programs)" ]; then
  [ "$(id -u)" = 0 ] || { echo "PostgreSQL is missing, and only root can install it: apt-get install postgresql" >&2; exit 1; }
  # Debian's package would start a cluster of its own; nobody needs that one.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-contrib >/dev/null
fi
bin=$(programs)
[ -x "$bin/initdb" ] || { echo "PostgreSQL could not be installed" >&2; exit 1; }
"$bin/postgres" --version
[ $# -gt 0 ] || exit 0

folder=$(mktemp -d)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root.
  user=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
  chown "$user" "$folder"
  as() { runuser -u "$user" -- "$@"; }
fi
stop() {
  as "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --silent stop || true
  rm -rf "$folder"
}
trap stop EXIT

password=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
cd "$folder"
as sh -c 'umask 077; cat >"$1"' sh "$folder/secret" <<<"$password"
as "$bin/initdb" --pgdata "$folder/data" --username postgres --pwfile "$folder/secret" --auth scram-sha-256 \
  --encoding UTF8 --locale C.UTF-8 --data-checksums --no-sync >/dev/null
rm "$folder/secret"

started=
for _ in 1 2 3 4 5; do
  port=$(shuf -i 20000-50000 -n 1)
  if as "$bin/pg_ctl" --pgdata "$folder/data" --wait --silent --log "$folder/log" \
    --options "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=on" start; then
    started=yes
    break
  fi
done
[ -n "$started" ] || { cat "$folder/log" >&2; exit 1; }

export KOSCHUSO_POSTGRES="postgresql://postgres:$password@127.0.0.1:$port/postgres?buero=test"
cd "$OLDPWD"
sh -c "$*"
