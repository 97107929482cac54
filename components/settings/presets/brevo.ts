import { addressLogin, Preset } from "./preset";

export const brevo: Preset = {
  title: "Brevo",
  page: "https://developers.brevo.com/docs/smtp-integration",
  host: () => "smtp-relay.brevo.com",
  // The page calls these two unencrypted, for they begin so. A deploy finds out whether they go on with STARTTLS, and
  // without it neither password nor mail is sent.
  ports: [587, 2525],
  wrapperPorts: [465],
  defaultPort: 2525,
  tls: "verified",
  login: { required: true, pattern: addressLogin, shape: "the SMTP login, an address; the password is an SMTP key" },
  messageBytes: 20 * 1024 * 1024,
  recipients: 99,
};
