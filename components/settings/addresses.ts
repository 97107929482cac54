import * as ipaddr from "ipaddr.js";

/** A parsed address or range; a bare address is a range of one. */
export interface Network {
  address: ipaddr.IPv4 | ipaddr.IPv6;
  prefix: number;
}

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32` and the same in Postfix's brackets; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^(?:\[([^\]]+)\]|([^[\]/]+))(?:\/(\d{1,3}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (!match || host === undefined) return undefined;
  // ipaddr.js would also read 10.1 and 0x7f.1 as old inet_aton does; nobody means those.
  if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !(host.includes(":") && ipaddr.IPv6.isValid(host))) return undefined;
  const address = ipaddr.parse(host);
  const bits = address.kind() === "ipv4" ? 32 : 128;
  const prefix = match[3] === undefined ? bits : Number(match[3]);
  return prefix > bits ? undefined : { address, prefix };
}

/** The range's first address: what Postfix wants written before the prefix. */
export function networkAddress({ address, prefix }: Network): string {
  const first =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${prefix}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${prefix}`);
  return first.toString();
}

/** An IPv4 range written inside IPv6 (`::ffff:192.0.2.0/120`) as plain IPv4, which is how Postfix sees such clients. */
export function unmapped(network: Network): Network {
  const { address, prefix } = network;
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && prefix >= 96) {
    return { address: address.toIPv4Address(), prefix: prefix - 96 };
  }
  return network;
}

/** Postfix's notation: always with a prefix, IPv6 in brackets. The text must have passed `parseNetwork`. */
export function normaliseNetwork(text: string): string {
  const parsed = parseNetwork(text);
  if (!parsed) throw new Error(`not a network: ${text}`);
  const network = unmapped(parsed);
  const first = networkAddress(network);
  return network.address.kind() === "ipv4" ? `${first}/${network.prefix}` : `[${first}]/${network.prefix}`;
}

/** A network of Postfix's notation as other programs write it. */
export function withoutBrackets(network: string): string {
  return network.replace(/[[\]]/g, "");
}

/** Whether a network holds all of another, both in any accepted notation. */
export function contains(outer: string, inner: string): boolean {
  const [range, part] = [parseNetwork(outer), parseNetwork(inner)].map((network) => network && unmapped(network));
  return holds(range, part);
}

/** Whether a network in any accepted notation holds an address. */
export function covers(network: string, address: string): boolean {
  return holds(parseNetwork(network), parseNetwork(address));
}

function holds(range: Network | undefined, part: Network | undefined): boolean {
  if (!range || !part || range.address.kind() !== part.address.kind()) return false;
  return part.prefix >= range.prefix && part.address.match(range.address, range.prefix);
}
