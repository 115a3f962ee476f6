#!/bin/sh
# Installs or updates Weir from an unpacked bundle, without any network: program in /opt/weir, settings in /etc/weir, data in /var/lib/weir.
# What is in /etc/weir and /var/lib/weir already is left alone. Run as root: sh install.sh [--without-checksums]
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$*"; }
stop() { say "Not installed: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || stop "this needs root (it makes a user and writes to /opt)."
[ -f SHA256SUMS ] || stop "SHA256SUMS is missing; unpack the whole archive and start install.sh inside it."
if [ "${1:-}" != --without-checksums ]; then
  say "Checking files ..."
  sha256sum --check --quiet SHA256SUMS || stop "files differ from SHA256SUMS; get the archive again."
fi
# Fails where the machine's C library is older than, or another than, the one this bundle was made on.
./bin/node --version >/dev/null 2>&1 || stop "the bundled Node.js does not run here; make the bundle on a machine with the same processor and a C library no newer than this one's."
./bin/node dist/gateway/cli/weir.js --version >/dev/null 2>&1 || stop "the bundled program does not run here."

getent group weir >/dev/null || groupadd --system weir
getent passwd weir >/dev/null || useradd --system --gid weir --home-dir /var/lib/weir --no-create-home --shell /usr/sbin/nologin weir

# The old version stays beside the new one until that is complete.
rm -rf /opt/weir.new
mkdir -p /opt/weir.new
cp -R . /opt/weir.new/
chown -R root:root /opt/weir.new
chmod -R u=rwX,go=rX /opt/weir.new
chmod 0755 /opt/weir.new/bin/node
rm -rf /opt/weir.old
[ ! -d /opt/weir ] || mv /opt/weir /opt/weir.old
mv /opt/weir.new /opt/weir

mkdir -p /etc/weir
chown root:weir /etc/weir
chmod 0750 /etc/weir
[ -f /etc/weir/weir.yaml ] || install -m 0640 -o root -g weir /opt/weir/config/default.yaml /etc/weir/weir.yaml
# The bundle brings its own Node.js.
for unit in weir.service weir-worker.service; do
  sed 's#/usr/bin/node#/opt/weir/bin/node#' "/opt/weir/config/deploy/systemd/$unit" >"/etc/systemd/system/$unit"
done
mkdir -p /usr/local/bin
printf '#!/bin/sh\nexec /opt/weir/bin/node /opt/weir/dist/gateway/cli/weir.js "$@"\n' >/usr/local/bin/weir
chmod 0755 /usr/local/bin/weir
if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

say "Installed $(/usr/local/bin/weir --version) in /opt/weir$([ ! -d /opt/weir.old ] || printf ', the version before in /opt/weir.old')."
say "Next: edit /etc/weir/weir.yaml, then: weir config check /etc/weir/weir.yaml && systemctl enable --now weir"
