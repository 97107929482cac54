/** Every default in one place; `args.ts` says the same in prose. */
export const defaults = {
  relayHostPort: 2525,
  dropletSize: "s-1vcpu-1gb",
  dropletImage: "ubuntu-24-04-x64",
  hostUser: "root",
  hostPort: 22,
  /** Always in `mynetworks`: the relay's own programs. */
  loopback: ["127.0.0.0/8", "[::1]/128"],
} as const;
