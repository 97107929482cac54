# shellcheck shell=bash
# Sourced by every bash of an SSH session to a host under test (BASH_ENV). While there is a plan beside this file, every
# step writes down each command of its own shell; in the step that the plan names, the plan's fault happens right before
# one of them, once.

before_command() {
  # What runs in a subshell dies with the step, so only the step's own shell is of interest.
  [ "$BASHPID" = "$$" ] || return 0
  printf '%s\t%s\t%s\n' "$1" "$2" "${3%%$'\n'*}" >>"/root/faults/trace.${0##*/}"
  [ "$0 $1" = "./$fault_step.sh $fault_point" ] || return 0
  [ ! -e /root/faults/reached ] || return 0
  : >/root/faults/reached
  eval "$fault"
}

fault_step='' fault_point='' fault=''
if [ -e /root/faults/plan ]; then
  # shellcheck source=/dev/null
  . /root/faults/plan
  # Until 5.2 bash gives $0 the script's name only after this file.
  mapfile -d '' -t words </proc/$$/cmdline
  case ${words[1]-} in
  ./*.sh)
    set -o functrace
    trap 'before_command "${BASH_SOURCE[0]-}:$LINENO" "${FUNCNAME[0]-}" "$BASH_COMMAND"' DEBUG
    ;;
  esac
fi
