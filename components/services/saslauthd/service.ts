import type { Service } from "../service";
import { unit } from "../unit";

const unitName = "mail-relay-saslauthd.service";

/** The daemon that checks passwords for smtpd; its socket is in smtpd's chroot. */
export const saslauthd: Service = {
  of({ sasl }) {
    if (sasl.store !== "saslauthd") return undefined;
    return {
      name: "saslauthd",
      unit: unitName,
      packages: ["sasl2-bin"],
      files: [unit(__dirname, unitName, { threads: sasl.threads })],
    };
  },
};
