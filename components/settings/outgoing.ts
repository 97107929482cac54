import { defaults } from "./defaults";
import { presetNamed } from "./presets";
import { required } from "./required";
import { resolveSmtpClient, type SmtpClientSettings } from "./smtpClient";
import type { HeaderAction, InetProtocols, Preflight, RelayHostPreset, RelayHostTls } from "../args";
import type { HeaderCheckInput, RelayHostInput, RelayInput, RewriteInput } from "./input";

/** The shapes of everything about outgoing mail, as `RelaySettings` holds them, and their defaults. */

export interface RelayHostSettings {
  preset?: `${RelayHostPreset}`;
  host: string;
  port: number;
  tls: `${RelayHostTls}`;
  wrapperMode: boolean;
  login?: string;
}

interface DeliverySettings {
  concurrency: number;
  pauseSeconds: number;
  recipients: number;
  messagesPerConnection: number;
}

export interface AddressRewrite {
  from: string;
  to: string;
}

/** Each an ordered list; empty for none. */
interface RewritingSettings {
  canonical: AddressRewrite[];
  senders: AddressRewrite[];
  recipients: AddressRewrite[];
  generic: AddressRewrite[];
}

/** Any of these may begin and end a pattern of a Postfix table; one must not be in it. */
export const delimiters = ["/", "~", "%", "=", ";", ",", "@", "&"];

export interface HeaderCheck {
  header: string;
  pattern?: string;
  action: `${HeaderAction}`;
  text?: string;
}

export interface OutgoingSettings {
  relayHost?: RelayHostSettings;
  relayRoutes: { senders: string[]; relayHost: RelayHostSettings }[];
  transports: { destinations: string[]; relayHost: RelayHostSettings }[];
  /** Whether delivery by MX was asked for by name. */
  directDelivery: boolean;
  /** Undefined: each next hop's own default. */
  preflight?: `${Preflight}`;
  inetProtocols: `${InetProtocols}`;
  smtpClient: SmtpClientSettings;
  delivery: DeliverySettings;
  alwaysBcc?: string;
  rewriting: RewritingSettings;
  headerChecks: HeaderCheck[];
}

/** Fills the defaults of what `validate` found nothing wrong with. */
export function resolveOutgoing(input: RelayInput): OutgoingSettings {
  const { delivery, rewriting } = input;
  const relayHost = input.relayHost && resolveRelayHost(input.relayHost);
  return {
    relayHost,
    relayRoutes: (input.relayRoutes ?? []).map((route) => ({
      senders: (route.senders ?? []).map((sender) => sender.toLowerCase()),
      relayHost: resolveRelayHost(required(route.relayHost)),
    })),
    transports: (input.transports ?? []).map((transport) => ({
      destinations: (transport.destinations ?? []).map((destination) => destination.toLowerCase()),
      relayHost: resolveRelayHost(required(transport.relayHost)),
    })),
    directDelivery: input.directDelivery ?? false,
    preflight: input.preflight,
    inetProtocols: input.inetProtocols ?? defaults.inetProtocols,
    smtpClient: resolveSmtpClient(input),
    delivery: {
      concurrency:
        delivery?.concurrency ??
        Math.min(defaults.delivery.concurrency, presetNamed(relayHost?.preset)?.connections ?? Infinity),
      pauseSeconds: delivery?.pauseSeconds ?? defaults.delivery.pauseSeconds,
      recipients: delivery?.recipients ?? defaults.delivery.recipients,
      messagesPerConnection: delivery?.messagesPerConnection ?? defaults.delivery.messagesPerConnection,
    },
    alwaysBcc: input.alwaysBcc,
    rewriting: {
      canonical: rewrites(rewriting?.canonical),
      senders: rewrites(rewriting?.senders),
      recipients: rewrites(rewriting?.recipients),
      generic: rewrites(rewriting?.generic),
    },
    headerChecks: (input.headerChecks ?? []).map(headerCheck),
  };
}

/** The largest message unless the user says otherwise: one that the smart host is known not to take would come back. */
export function defaultMessageSize({ relayHost }: RelayInput): number {
  return Math.min(defaults.limits.messageSize, presetNamed(relayHost?.preset)?.messageBytes ?? Infinity);
}

function rewrites(given: RewriteInput[] = []): AddressRewrite[] {
  return given.map(({ from, to }) => ({ from: required(from), to: required(to) }));
}

function headerCheck({ header, pattern, action, text }: HeaderCheckInput): HeaderCheck {
  return { header: required(header), pattern, action: required(action), text };
}

export function resolveRelayHost(input: RelayHostInput): RelayHostSettings {
  const preset = presetNamed(input.preset);
  const host = required(input.host ?? preset?.host(input.region));
  const port = input.port ?? preset?.defaultPort ?? defaults.relayHostPort;
  const wrapperMode = input.wrapperMode ?? wantsWrapper(input, port);
  const plain = input.login === undefined && !wrapperMode ? "opportunistic" : "required";
  return {
    preset: preset && input.preset,
    host,
    port,
    tls: input.tls ?? preset?.tls ?? plain,
    wrapperMode,
    login: input.login,
  };
}

function wantsWrapper({ preset }: RelayHostInput, port: number): boolean {
  return port === 465 || (presetNamed(preset)?.wrapperPorts.includes(port) ?? false);
}

/** A smart host with the option that names it. */
interface Named<T> {
  option: string;
  relayHost: T;
}

interface Routing<T> {
  relayHost?: T;
  relayRoutes?: { relayHost?: T }[];
  transports?: { relayHost?: T }[];
}

/** Every smart host, in the order of the options. */
export function smartHosts<T>({ relayHost, relayRoutes = [], transports = [] }: Routing<T>): Named<T>[] {
  const named = (list: string) => (route: { relayHost?: T }, index: number) => ({
    option: `${list}[${index}].relayHost`,
    relayHost: route.relayHost,
  });
  const routes = [relayRoutes.map(named("relayRoutes")), transports.map(named("transports"))];
  // `flat` passes over the holes that unknown routes leave.
  const all = [{ option: "relayHost", relayHost }, ...routes.flat()];
  return all.filter((hop): hop is Named<T> => hop.relayHost !== undefined);
}
