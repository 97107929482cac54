import * as pulumi from "@pulumi/pulumi";

/** How far TLS towards a smart host goes. */
export enum RelayHostTls {
  /** TLS where the smart host offers it, without it otherwise; never with a login. Postfix `may`. */
  Opportunistic = "opportunistic",
  /** No mail without TLS, whoever's certificate it is. Postfix `encrypt`. */
  Required = "required",
  /** TLS with a certificate for `host` that the system's authorities vouch for. Postfix `secure`. */
  Verified = "verified",
  /**
   * TLS with the certificate that the smart host's TLSA records name, which DNSSEC vouches for; no mail without both.
   * Needs `resolver`. Postfix `dane-only`.
   */
  Dane = "dane",
}

/** A provider whose host name, ports, TLS and limits are known; each is a file in `settings/presets`. */
export enum RelayHostPreset {
  /** Amazon SES; needs `region`, for example `eu-central-1`. Port 2587. */
  Ses = "ses",
  /** Mailgun; `region` is `us` or `eu`. Port 2525. */
  Mailgun = "mailgun",
  /** Twilio SendGrid; the login is `apikey`. Port 2525. */
  SendGrid = "sendgrid",
  /** Postmark; login and password are both the server's token, or those of an SMTP token. Port 2525. */
  Postmark = "postmark",
  /** Mailjet; the login is the API key, the password the secret key. Port 2525. */
  Mailjet = "mailjet",
  /** SMTP2GO; `region` is `us`, `eu` or `au`, or left out. Port 2525. */
  Smtp2go = "smtp2go",
  /** Brevo; the password is an SMTP key, not an API key. Port 2525. */
  Brevo = "brevo",
  /** The relay service of Google Workspace, with a login or by address. Port 587: not from a droplet. */
  Google = "google",
  /** SMTP submission of Microsoft 365; the login is a mailbox's address. Port 587: not from a droplet. */
  Microsoft365 = "microsoft365",
}

/** A next hop for outgoing mail. What is given wins over what the preset says. */
export interface RelayHostArgs {
  /** A known provider, which fills in `host`, `port` and `tls`, and against which the login is checked. Default: none. */
  readonly preset?: pulumi.Input<RelayHostPreset>;

  /** The provider's region, for a preset that has some. */
  readonly region?: pulumi.Input<string>;

  /** Host name or address; no MX lookup is made for it (Postfix `[host]`). Required without `preset`. */
  readonly host?: pulumi.Input<string>;

  /**
   * TCP port. Default: the preset's, without preset 2525, because DigitalOcean blocks 25, 465 and 587 on their way out.
   */
  readonly port?: pulumi.Input<number>;

  /** Default: verified with `preset`; otherwise required with `login` or `wrapperMode`, opportunistic without. */
  readonly tls?: pulumi.Input<RelayHostTls>;

  /**
   * TLS from the first byte instead of STARTTLS (Postfix `smtp_tls_wrappermode`), for this next hop alone. Default: true
   * on port 465 and on those ports of the preset that want it.
   */
  readonly wrapperMode?: pulumi.Input<boolean>;

  /** The login at the smart host; it is never sent without TLS. Default: no login. Needs `password`. */
  readonly login?: pulumi.Input<string>;

  /** The password of `login`, secret. */
  readonly password?: pulumi.Input<string>;
}
