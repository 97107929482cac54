import { addressLogin, Preset } from "./preset";

export const mailgun: Preset = {
  title: "Mailgun",
  page: "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages",
  host: (region = "us") => (region === "us" ? "smtp.mailgun.org" : `smtp.${region}.mailgun.org`),
  regions: { pattern: /^(us|eu)$/, example: "eu", required: false },
  ports: [25, 587, 2525],
  wrapperPorts: [465],
  defaultPort: 2525,
  tls: "verified",
  login: {
    required: true,
    pattern: addressLogin,
    shape: "an SMTP user of the domain, such as postmaster@mg.example.com",
  },
  // The size: https://documentation.mailgun.com/en/latest/api-sending.html
  messageBytes: 25 * 1024 * 1024,
  recipients: 1000,
};
