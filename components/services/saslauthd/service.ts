import { unitFolder, type Service } from "../service";
import { textOf } from "../template";

const unit = "mail-relay-saslauthd.service";

/** The daemon that checks passwords for smtpd; its socket is in smtpd's chroot. */
export const saslauthd: Service = {
  of({ sasl }) {
    if (sasl.store !== "saslauthd") return undefined;
    const body = textOf(__dirname, unit, { threads: sasl.threads });
    return {
      name: "saslauthd",
      unit,
      packages: ["sasl2-bin"],
      files: [{ path: `${unitFolder}/${unit}`, body, mode: 0o644 }],
    };
  },
};
