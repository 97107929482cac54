/** Which ports listen; each has its own restrictions. Plain values. */
export interface ListenersArgs {
  /** 25 (master.cf `smtp`): clients in `myNetworks` relay, nobody logs in, strangers reach only the host's own accounts. Default: true. */
  readonly smtp?: boolean;
  /** 587 (`submission`, RFC 6409): STARTTLS and a login are mandatory. Default: true. */
  readonly submission?: boolean;
  /** 465 (`submissions`, RFC 8314): TLS from the first byte, a login is mandatory. Default: false. */
  readonly submissions?: boolean;
  /** 2525, the same as submission: for clients in clouds that block 465 and 587, DigitalOcean's own droplets among them. Default: false. */
  readonly alternate?: boolean;
}
