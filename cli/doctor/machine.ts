import { duration, size } from "../output";
import type { FileSystem, MachineSeen } from "../survey";
import { fault, warning, type Check, type Finding } from "./finding";

export interface Machine extends MachineSeen {
  /** This machine's time when the answer came, and how long it may have been on its way, in seconds. */
  here: { now: number; took: number };
}

const FULL = 0.05;
const NEARLY_FULL = 0.1;
/** TLS tolerates more, Kerberos 300; but mail with a wrong date looks like spam. */
const MOST_OFF_SECONDS = 30;

export const machine: Check<Machine>[] = [disk, inodes, clockOff, clockKept];

/** Postfix refuses mail when less than one and a half messages fit into the queue's file system, which comes first. */
const needed = ({ messageLimit }: MachineSeen, index: number) => (index === 0 ? 1.5 * messageLimit : 0);

function disk(seen: Machine): Finding[] {
  return seen.fileSystems.flatMap((fs, index) => {
    const text = `${fs.path} has ${size(fs.bytesFree)} of ${size(fs.bytes)} left`;
    const todo = "free space: old logs, packages (apt-get clean), or a larger disk";
    if (fs.bytesFree < fs.bytes * FULL || fs.bytesFree < needed(seen, index))
      return [fault("disk-full", `${text}: Postfix refuses mail with 452 when the disk is full`, todo)];
    return fs.bytesFree < fs.bytes * NEARLY_FULL ? [warning("disk-nearly-full", text, todo)] : [];
  });
}

function inodes(seen: Machine): Finding[] {
  const todo = "find the folder with many small files: du --inodes -x -d 2";
  return seen.fileSystems.flatMap(({ path, inodes: all, inodesFree: free }: FileSystem) => {
    if (all === null || free === null || free >= all * NEARLY_FULL) return [];
    const text = `${path} has ${free} of ${all} inodes left; every queued message needs one`;
    return [free < all * FULL ? fault("inodes-gone", text, todo) : warning("inodes-nearly-gone", text, todo)];
  });
}

function clockOff({ clock, here }: Machine): Finding[] {
  const off = Math.abs(here.now - clock.now) - here.took;
  if (off <= MOST_OFF_SECONDS) return [];
  return [
    fault(
      "clock-off",
      `the host's clock differs from this machine's by ${duration(Math.round(off))}`,
      "find out which one is wrong; on the host: timedatectl, and chronyc tracking if chrony runs",
    ),
  ];
}

/** A container has its host's clock. */
function clockKept({ clock }: Machine): Finding[] {
  if (clock.container || clock.synchronized) return [];
  return [
    fault(
      "clock-not-kept",
      "the host's clock is not synchronized",
      "timedatectl set-ntp true, or install chrony; outgoing UDP port 123 must be open",
    ),
  ];
}
