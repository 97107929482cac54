import type { Service } from "../service";
import { textOf } from "../template";
import { unit } from "../unit";

const unitName = "mail-relay-logs.service";

/** How long the journal keeps what it has, and with it the mail log, unless that is left to the host. */
export const logs: Service = {
  of({ logDays }) {
    if (logDays === 0) return undefined;
    return {
      name: "logs",
      // journald reads its configuration only when it starts; it keeps its sockets over that, so nothing is lost.
      unit: unitName,
      // It has the journal restarted once, and then there is nothing of it that could stop.
      watched: false,
      packages: [],
      files: [
        {
          path: "/etc/systemd/journald.conf.d/mail-relay.conf",
          body: textOf(__dirname, "journald.conf", { days: logDays }),
          mode: 0o644,
        },
        unit(__dirname, unitName),
      ],
    };
  },
};
