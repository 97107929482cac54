import { Preset } from "./preset";

export const sendgrid: Preset = {
  title: "SendGrid",
  page: "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
  host: () => "smtp.sendgrid.net",
  ports: [25, 587, 2525],
  wrapperPorts: [465],
  defaultPort: 2525,
  tls: "verified",
  login: { required: true, pattern: /^apikey$/, shape: "the word apikey itself; the key is the password" },
  messageBytes: 30 * 1024 * 1024,
  recipients: 1000,
};
