import { Preset } from "./preset";

export const postmark: Preset = {
  title: "Postmark",
  page: "https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
  host: () => "smtp.postmarkapp.com",
  ports: [25, 587, 2525],
  wrapperPorts: [],
  defaultPort: 2525,
  tls: "verified",
  login: {
    required: true,
    pattern: /^[A-Za-z0-9_-]{20,}$/,
    shape: "the server's API token, which is the password too, or an SMTP token's access key",
  },
  // Both limits: https://postmarkapp.com/developer
  messageBytes: 10 * 1024 * 1024,
  recipients: 50,
};
