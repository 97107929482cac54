/** In the manner of the oldest packages: the init script itself lists what it copies, and leaves it readable for all. */
export const initScript = `#!/bin/sh
FILES="etc/localtime etc/services etc/resolv.conf etc/hosts \\
    etc/nsswitch.conf"
case "$1" in
start | restart)
  umask 022
  cd /var/spool/postfix || exit 1
  for file in $FILES; do
    [ -d "\${file%/*}" ] || mkdir -p "\${file%/*}"
    if [ -f "/$file" ]; then rm -f "$file" && cp "/$file" "$file"; fi
    if [ -f "$file" ]; then chmod a+rX "$file"; fi
  done
  ;;
esac
`;
