import { RelaySettings } from "../../settings/settings";
import type { HostService } from "../service";

/** As smtpd sees it from inside its chroot. */
export const loginLimitSocket = "mail-relay/login-limit";

const program = "/usr/local/lib/mail-relay-login-limit/login_limit.py";
const configFile = "/etc/mail-relay-login-limit.json";
const unit = "mail-relay-login-limit";

// systemd keeps the socket, so that nobody meets a closed door while the counter starts, and hands it over.
const socket = `[Unit]
Description=Recipients per login and hour, asked by Postfix (pulumi-mail-relay)

[Socket]
ListenStream=/var/spool/postfix/${loginLimitSocket}
SocketGroup=postfix
SocketMode=0660

[Install]
WantedBy=sockets.target
`;

const service = `[Unit]
Description=Recipients per login and hour (pulumi-mail-relay)
Requires=${unit}.socket
After=${unit}.socket
# A new configuration restarts the socket.
PartOf=${unit}.socket

[Service]
ExecStart=python3 -B ${program} ${configFile}
DynamicUser=yes
# The counts, which a restart must not begin anew.
StateDirectory=${unit}
StateDirectoryMode=0700
UMask=0077
ProtectHome=yes
Restart=on-failure
`;

/** The counter that ends the flood of a login that has leaked. */
export function loginLimit({ limits, users, sasl }: RelaySettings): HostService {
  const own = users
    .filter(({ recipientsPerHour }) => recipientsPerHour !== limits.recipientsPerHour)
    .map(({ login, recipientsPerHour }) => [login, recipientsPerHour]);
  const config = { realm: sasl.realm, perHour: limits.recipientsPerHour, logins: Object.fromEntries(own) as object };
  return {
    name: "login-limit",
    unit: `${unit}.socket`,
    packages: [],
    files: [
      { path: program, body: "", script: "services/loginLimit/login_limit.py", mode: 0o644 },
      { path: configFile, body: JSON.stringify(config) + "\n", mode: 0o644 },
      { path: `/etc/systemd/system/${unit}.socket`, body: socket, mode: 0o644 },
      { path: `/etc/systemd/system/${unit}.service`, body: service, mode: 0o644 },
    ],
  };
}
