import { textOf } from "../../../../../components/services/template";
import type { Service } from "../../../../../components/services/service";
import { use } from "../../../../../components/settings/ownedParameters";

/** A service that needs something of every room, as an example of how little there is to write. */
export const sample: Service = {
  owned: { address_verify_map: use("sample") },
  of({ myHostname }) {
    return {
      name: "sample",
      unit: "mail-relay-sample.service",
      packages: ["sample-daemon"],
      masks: [{ package: "sample-daemon", unit: "sample-daemon.service" }],
      files: [
        {
          path: "/etc/mail-relay-sample.conf",
          body: textOf(__dirname, "sample.conf", { hostname: myHostname }),
          mode: 0o644,
        },
      ],
      check: "sample-daemon --check",
      ports: { inbound: [8461], outbound: [8462] },
      mainCf: { title: "Sample", parameters: { address_verify_map: "", smtpd_tls_loglevel: 2 } },
      logins: {
        parameters: { login_sample: "inet:127.0.0.1:8463" },
        options: { smtpd_etrn_restrictions: "$login_sample" },
        milter: { address: "inet:127.0.0.1:8464", inTrial: false },
      },
      trial: {
        parameters: { login_sample: "static:DUNNO" },
        files: [{ path: "sample", body: "trial\n", mode: 0o644 }],
        expect: { pattern: "sample: seen$", otherwise: "the sample has not seen the trial's message" },
      },
    };
  },
};
