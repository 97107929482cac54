import type { ExposureSeen } from "../surroundings";
import { fault, REPAIR, type Check } from "./finding";

/** What every user of the host can read, change, or run as root. */
export const exposure: Check<ExposureSeen>[] = [
  ({ copies }) =>
    copies.map(({ path, what }) =>
      fault(
        "secret-exposed",
        `every user of the host can read ${what} in ${path}`,
        `rm '${path}' if it is a copy; then change these passwords or keys, because they may be known. ${REPAIR}`,
      ),
    ),
  ({ writable }) =>
    writable.map((path) =>
      fault("writable-by-all", `every user of the host can change ${path}`, `chmod o-w '${path}'. ${REPAIR}`),
    ),
  ({ privileged }) =>
    privileged.map((path) =>
      fault(
        "setuid-program",
        `${path} runs as root for every user, and no package has brought it`,
        `find out who put it there; without it: chmod u-s '${path}'`,
      ),
    ),
  ({ lists }) =>
    lists.map((path) =>
      fault("access-list", `${path} has an access control list, so more users can read it`, `setfacl -b '${path}'`),
    ),
];
