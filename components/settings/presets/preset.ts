import type { RelayHostTls } from "../../args";

/** What is known of a provider's SMTP service. Limits are its defaults; a contract may say otherwise. */
export interface Preset {
  title: string;
  /** The provider's own page on it. */
  page: string;
  /** Its host name; `region` has passed `regions`. */
  host: (region?: string) => string;
  /** Absent: it has one host name for everybody. */
  regions?: { pattern: RegExp; example: string; required: boolean };
  /** Ports that begin in clear and offer STARTTLS. */
  ports: number[];
  /** Ports with TLS from the first byte. */
  wrapperPorts: number[];
  /** One that DigitalOcean lets out, where there is one. */
  defaultPort: number;
  tls: `${RelayHostTls}`;
  login: { required: boolean; pattern: RegExp; shape: string };
  /** Size of a message as it travels, attachments encoded. */
  messageBytes: number;
  /** Recipients in one transaction. */
  recipients: number;
  /** It refuses mail without a sender (`MAIL FROM:<>`), as bounces have it. Default: false. */
  refusesBounces?: boolean;
  /** Connections at a time, where that is limited to fewer than Postfix makes. */
  connections?: number;
}

export const anyLogin = /^./;
export const addressLogin = /^[^@\s]+@[^@\s]+$/;
