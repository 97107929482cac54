import { Preset } from "./preset";

export const mailjet: Preset = {
  title: "Mailjet",
  page: "https://dev.mailjet.com/smtp-relay/configuration/",
  host: () => "in-v3.mailjet.com",
  ports: [25, 80, 587, 588, 2525],
  wrapperPorts: [465],
  defaultPort: 2525,
  tls: "verified",
  login: { required: true, pattern: /^[0-9a-f]{32}$/i, shape: "the API key, 32 hexadecimal digits" },
  messageBytes: 15 * 1024 * 1024,
  recipients: 50,
};
