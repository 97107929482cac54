import { Preset } from "./preset";

export const ses: Preset = {
  title: "Amazon SES",
  page: "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
  host: (region = "") => `email-smtp.${region}.amazonaws.com`,
  regions: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, example: "eu-central-1", required: true },
  ports: [25, 587, 2587],
  wrapperPorts: [465, 2465],
  defaultPort: 2587,
  tls: "verified",
  login: {
    required: true,
    pattern: /^[A-Z0-9]{16,128}$/,
    shape: "the SMTP user name, capitals and digits such as AKIAIOSFODNN7EXAMPLE",
  },
  // Both limits: https://docs.aws.amazon.com/ses/latest/dg/quotas.html
  messageBytes: 40 * 1024 * 1024,
  recipients: 50,
  // "501 Invalid MAIL FROM address provided": SES wants a verified sender for everything.
  refusesBounces: true,
};
