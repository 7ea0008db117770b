#!/usr/bin/env bash
# Installs what the reports are tried with: Chromium, LibreOffice and poppler from Debian's packages where they are
# missing, axe-core and its driver from the npm registry into $KOSCHUSO_PROGRAMS (.ci/programs.sh).
#
#   KOSCHUSO_PROGRAMS=~/.cache/koschuso-programs .ci/browser.sh && .venv/bin/pytest -m programs tests/browser
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${KOSCHUSO_PROGRAMS:?name the folder for the programs, outside the repository}"

missing=()
for pair in chromium:chromium soffice:libreoffice-writer soffice:libreoffice-calc pdftotext:poppler-utils; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
# The reports ask for fonts that every office has; these have the same widths.
for font in fonts-liberation fonts-crosextra-carlito fonts-dejavu-core; do
  dpkg -s "$font" >/dev/null 2>&1 || missing+=("$font")
done
# Writer can be there without Calc.
for part in libreoffice-writer libreoffice-calc; do
  dpkg -s "$part" >/dev/null 2>&1 || missing+=("$part")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "Missing, and only root can install them: apt-get install ${missing[*]}" >&2; exit 1; }
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
chromium --version --no-sandbox 2>/dev/null
soffice --version 2>/dev/null | head -n 1
.ci/programs.sh
