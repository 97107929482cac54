import type { Service } from "../service";

/** certbot's own timer, which renews the relay's certificate and whatever others the host has. */
export const renewal: Service = {
  of({ tls }) {
    if (!tls.acme) return undefined;
    return { name: "renewal", unit: "certbot.timer", shared: true, packages: ["certbot"], files: [] };
  },
};
