import type { NextHop } from "../postfix/nextHops";
import type { RelaySettings } from "../settings/settings";

/** A sender whose mail goes this way: the route's first, else that of the first user who has one of their own. */
export function senderFor({ option }: NextHop, { relayRoutes, users, myDomain }: RelaySettings): string {
  const route = relayRoutes.find((_, index) => option === `relayRoutes[${index}].relayHost`);
  const senders = route?.senders ?? users.flatMap(({ allowedSenders }) => allowedSenders);
  const sender = senders.find((candidate) => candidate !== "any") ?? `@${myDomain}`;
  return sender.startsWith("@") ? `postmaster${sender}` : sender;
}
