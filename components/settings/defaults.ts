/** Every default in one place; `args.ts` says the same in prose. */
export const defaults = {
  relayHostPort: 2525,
  inetProtocols: "ipv4",
  delivery: { concurrency: 20, pauseSeconds: 0, recipients: 50, messagesPerConnection: 100 },
  listeners: { smtp: true, submission: true, submissions: false, alternate: false },
  saslPath: "smtpd",
  mechanisms: ["PLAIN", "LOGIN"],
  brokenClients: false,
  passwordCheck: "auxprop",
  saslauthdThreads: 5,
  // RFC 5321 4.5.1: every server that takes mail has a postmaster.
  aliases: { postmaster: "root" },
  // Never $mydomain: the domain's mail lives elsewhere and must leave by MX or smart host.
  myDestination: ["$myhostname", "localhost.$mydomain", "localhost"],
  acmeDirectory: "https://acme-v02.api.letsencrypt.org/directory",
  acmeStagingDirectory: "https://acme-staging-v02.api.letsencrypt.org/directory",
  alerts: { deferredAge: 1800, loginFailures: 50, certificateShare: 0.2 },
  /** On a droplet; a server that already exists may have other programs' logs in its journal. */
  logDays: 30,
  // 25 MiB; Postfix's own for recipients and connections.
  limits: {
    messageSize: 26_214_400,
    recipients: 1000,
    recipientsPerHour: 1000,
    connections: 50,
    connectionsPerMinute: 0,
    authPerMinute: 0,
  },
  ban: { failures: 10, withinMinutes: 10, banMinutes: 60 },
  hideClients: true,
  mailboxesPort: 993,
  mailboxesUserName: "%EMAILADDRESS%",
  dkimSelectors: ["relay1"],
  dnsTtl: 3600,
  blockLists: ["zen.spamhaus.org", "bl.spamcop.net"],
  dropletSize: "s-1vcpu-1gb",
  dropletImage: "ubuntu-24-04-x64",
  drainSeconds: 600,
  dropletAlerts: { diskPercent: 85, memoryPercent: 90 },
  hostUser: "root",
  hostPort: 22,
  /** Always in `mynetworks`: the relay's own programs. */
  loopback: ["127.0.0.0/8", "[::1]/128"],
} as const;
