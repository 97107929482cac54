# shellcheck shell=bash
# How the distribution copies files into Postfix's chroot, and how to have it copy one more; sourced by the steps. Each
# generation of the package has its own way:
#   init-script         FILES="..." in /etc/init.d/postfix, a configuration file to dpkg, which keeps changes
#   configure-instance  FILES="..." in a script of the package, which an upgrade would write anew
#   chroot_extra_files  that variable in /etc/default/postfix
#   syncfiles           the same variable, but the copy keeps owner and mode

instance_script=/usr/lib/postfix/configure-instance.sh
init_script=/etc/init.d/postfix
package_defaults=/etc/default/postfix

chroot_mechanism() {
  if [ -e /usr/lib/postfix/syncfiles.pl ]; then
    echo syncfiles
  elif grep -qs chroot_extra_files "$instance_script"; then
    echo chroot_extra_files
  elif [ -e "$instance_script" ]; then
    echo configure-instance
  else
    echo init-script
  fi
}

# Has the file /$1 copied at every start of Postfix.
enable_copying() {
  case $(chroot_mechanism) in
  init-script) list_file "$1" "$init_script" "$init_script" ;;
  configure-instance)
    # Diverted, the package's upgrades and reinstallations leave the changed script alone. dpkg-divert could rename by
    # itself, but then there would be a moment without any script.
    [ -e "$instance_script.distrib" ] || cp -p "$instance_script" "$instance_script.distrib"
    dpkg-divert --quiet --local --no-rename --divert "$instance_script.distrib" --add "$instance_script"
    list_file "$1" "$instance_script.distrib" "$instance_script"
    ;;
  *)
    grep -qsF "$1" "$package_defaults" || replace_file "$package_defaults" < <(
      [ ! -e "$package_defaults" ] || cat "$package_defaults"
      echo "chroot_extra_files=\"\$chroot_extra_files $1\""
    )
    ;;
  esac
}

# Ends what enable_copying began, whichever mechanism there was then.
disable_copying() {
  if [ -n "$(dpkg-divert --list "$instance_script")" ]; then
    [ ! -e "$instance_script.distrib" ] || mv -f "$instance_script.distrib" "$instance_script"
    dpkg-divert --quiet --local --no-rename --divert "$instance_script.distrib" --remove "$instance_script"
  fi
  if grep -qsF "$1" "$init_script"; then replace_file "$init_script" < <(sed "s|$1 ||" "$init_script"); fi
  if grep -qsF "$1" "$package_defaults"; then
    replace_file "$package_defaults" < <(grep -vF "$1" "$package_defaults")
    [ -s "$package_defaults" ] || rm -f "$package_defaults"
  fi
}

# Writes $3 as $2 with one more name at the head of its list of files.
list_file() {
  local name=$1 from=$2 to=$3 said
  ! grep -qF "$name" "$to" || return 0
  said=$(sed "s|^\([[:space:]]*FILES=\"\)|\1$name |" "$from")
  grep -qF "$name" <<<"$said" || die "$from has no list FILES=\"...\" to add $name to; use sasl.database chrootOnly"
  replace_file "$to" <<<"$said"
}

# Replaces a file by standard input in one rename, with its mode; a new one is readable to all.
replace_file() {
  local next
  rm -f "$1".mail-relay.*
  next=$(mktemp "$1.mail-relay.XXXXXXXXXX")
  cat >"$next"
  if [ -e "$1" ]; then chmod --reference="$1" "$next"; else chmod 644 "$next"; fi
  persist "$next"
  mv -f "$next" "$1"
}
