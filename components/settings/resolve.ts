import { normaliseNetwork } from "./addresses";
import { defaults } from "./defaults";
import { RelayInput } from "./input";
import { connectionsPerAddress } from "./listenerProcesses";
import { resolveNames } from "./names";
import { defaultMessageSize, resolveOutgoing } from "./outgoing";
import { resolveHeaderFrom } from "./headerFrom";
import { required } from "./required";
import {
  LimitSettings,
  ListenerName,
  RelaySettings,
  SaslSettings,
  TlsSettings,
  UserSettings,
  UserStore,
} from "./settings";

/** Fills the defaults of an input that `inspect` found nothing wrong with. `today` is a day in UTC, as `2026-12-31`. */
export function resolve(input: RelayInput, today: string): RelaySettings {
  const names = resolveNames(input);
  const { myHostname, myDomain } = names;
  const networks = [...defaults.loopback, ...(input.myNetworks ?? []).map(normaliseNetwork)];
  const sasl = resolveSasl(input, myHostname, myDomain);
  const limits = resolveLimits(input);
  return {
    ...names,
    listeners: resolveListeners(input),
    sasl,
    tls: resolveTls(input),
    postfixParameters: input.postfixParameters ?? {},
    limits,
    hideClients: input.hideClients ?? defaults.hideClients,
    mailboxes: input.mailboxes && {
      host: required(input.mailboxes.host),
      port: input.mailboxes.port ?? defaults.mailboxesPort,
      userName: input.mailboxes.userName ?? defaults.mailboxesUserName,
    },
    myNetworks: [...new Set(networks)],
    users: (input.users ?? []).map(({ login, previousPasswordUntil, allowedSenders, recipientsPerHour }) => ({
      login: required(login),
      overlap: overlap(previousPasswordUntil, today),
      allowedSenders: allowedSenders ?? [`${login}@${myDomain}`],
      recipientsPerHour: recipientsPerHour ?? limits.recipientsPerHour,
    })),
    keepUnmanagedUsers: input.keepUnmanagedUsers ?? sasl.store !== "chrootOnly",
    unattendedUpgrades: input.unattendedUpgrades ?? input.droplet !== undefined,
    metrics: input.metrics ?? false,
    alerts: input.alerts && {
      mail: input.alerts.mail,
      deferredAge: input.alerts.deferredAge ?? defaults.alerts.deferredAge,
      loginFailures: input.alerts.loginFailures ?? defaults.alerts.loginFailures,
      certificateShare: input.alerts.certificateShare ?? defaults.alerts.certificateShare,
    },
    logDays: input.logDays ?? (input.droplet ? defaults.logDays : 0),
    ...resolveOutgoing(input),
    ...resolveHeaderFrom(input),
    dkim: input.dkim && {
      domains: (input.dkim.domains ?? [myDomain]).map((domain) => domain.toLowerCase()),
      selectors: input.dkim.selectors?.map(({ selector }) => required(selector)) ?? [...defaults.dkimSelectors],
    },
    dns: {
      zone: (input.dns?.zone ?? myDomain).toLowerCase(),
      policies: input.dns?.policies ?? false,
      autoconfigHost: input.dns?.autoconfigHost,
      ttl: input.dns?.ttl ?? defaults.dnsTtl,
    },
    blockLists: input.blockLists ?? [...defaults.blockLists],
    resolver: input.resolver && {
      forwarders: input.resolver.forwarders ?? [],
      insecureDomains: (input.resolver.insecureDomains ?? []).map((name) => name.toLowerCase()),
    },
    droplet: input.droplet && {
      region: required(input.droplet.region),
      sshSources: input.droplet.sshSources ?? [],
      size: input.droplet.size ?? defaults.dropletSize,
      image: input.droplet.image ?? defaults.dropletImage,
      tags: input.droplet.tags ?? [],
      backups: input.droplet.backups ?? false,
      ipv6: input.droplet.ipv6 ?? false,
      vpcUuid: input.droplet.vpcUuid,
      drainSeconds: input.droplet.drainSeconds ?? defaults.drainSeconds,
      alerts: input.droplet.alerts && {
        emails: input.droplet.alerts.emails ?? [],
        diskPercent: input.droplet.alerts.diskPercent ?? defaults.dropletAlerts.diskPercent,
        memoryPercent: input.droplet.alerts.memoryPercent ?? defaults.dropletAlerts.memoryPercent,
      },
    },
  };
}

function resolveListeners({ listeners }: RelayInput): ListenerName[] {
  const names = Object.keys(defaults.listeners) as ListenerName[];
  return names.filter((name) => listeners?.[name] ?? defaults.listeners[name]);
}

function resolveSasl({ sasl }: RelayInput, myHostname: string, myDomain: string): SaslSettings {
  const localDomain = sasl?.realm ?? myDomain;
  return {
    path: sasl?.path ?? defaults.saslPath,
    mechanisms: sasl?.mechanisms ?? [...defaults.mechanisms],
    brokenClients: sasl?.brokenClients ?? defaults.brokenClients,
    store: userStore(sasl),
    threads: sasl?.threads ?? defaults.saslauthdThreads,
    localDomain,
    realm: localDomain === "" ? myHostname : localDomain,
    alsoRealms: sasl?.alsoRealms ?? [],
  };
}

function resolveLimits(input: RelayInput): LimitSettings {
  const { limits = {} } = input;
  return {
    ...withDefaults(
      { ...defaults.limits, connections: connectionsPerAddress(input), messageSize: defaultMessageSize(input) },
      limits,
    ),
    exempt: (limits.exempt ?? []).map(normaliseNetwork),
    noStartTls: (limits.noStartTls ?? []).map(normaliseNetwork),
    bareNewline: (limits.bareNewline ?? []).map(normaliseNetwork),
    ban: limits.ban && withDefaults(defaults.ban, limits.ban),
  };
}

/** The defaults with what was given in their place. */
function withDefaults<Key extends string>(
  all: Readonly<Record<Key, number>>,
  given: Partial<Record<NoInfer<Key>, number>>,
): Record<Key, number> {
  const names = Object.keys(all) as Key[];
  return Object.fromEntries(names.map((name) => [name, given[name] ?? all[name]])) as Record<Key, number>;
}

function resolveTls({ tls }: RelayInput): TlsSettings {
  const { acme, rsaForLogins = false } = tls ?? {};
  if (!acme && tls?.certificate) return { source: "supplied", rsaForLogins: true };
  if (!acme) return { source: "self-signed", rsaForLogins };
  const { email, staging, directoryUrl, caCertificate, digitalOceanToken, required: mustSucceed } = acme;
  return {
    source: "acme",
    rsaForLogins,
    acme: {
      email,
      directoryUrl: directoryUrl ?? (staging ? defaults.acmeStagingDirectory : defaults.acmeDirectory),
      caCertificate,
      challenge: digitalOceanToken ? "dns-01" : "http-01",
      required: mustSucceed ?? false,
    },
  };
}

function overlap(until: string | undefined, today: string): UserSettings["overlap"] {
  if (until === undefined) return "none";
  // Days written year first sort as text.
  return until >= today ? "open" : "ended";
}

function userStore(sasl: RelayInput["sasl"]): UserStore {
  if ((sasl?.passwordCheck ?? defaults.passwordCheck) === "saslauthd") return "saslauthd";
  return sasl?.database === "shared" ? "shared" : "chrootOnly";
}
