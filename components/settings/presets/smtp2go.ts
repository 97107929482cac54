import { anyLogin, Preset } from "./preset";

export const smtp2go: Preset = {
  title: "SMTP2GO",
  page: "https://developers.smtp2go.com/docs/smtp-relay",
  host: (region) => (region === undefined ? "mail.smtp2go.com" : `mail-${region}.smtp2go.com`),
  regions: { pattern: /^(us|eu2?|au)$/, example: "eu", required: false },
  ports: [25, 80, 587, 2525, 8025],
  wrapperPorts: [443, 465, 8465],
  defaultPort: 2525,
  tls: "verified",
  login: { required: false, pattern: anyLogin, shape: "an SMTP user" },
  // The size: https://support.smtp2go.com/hc/en-gb/articles/223087547-Maximum-attachment-size
  messageBytes: 50 * 1024 * 1024,
  recipients: 100,
};
