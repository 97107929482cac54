import { addressLogin, Preset } from "./preset";

export const google: Preset = {
  title: "Google Workspace",
  page: "https://support.google.com/a/answer/2956491",
  host: () => "smtp-relay.gmail.com",
  ports: [25, 587],
  wrapperPorts: [465],
  defaultPort: 587,
  tls: "verified",
  // The service may also know the relay by its address.
  login: { required: false, pattern: addressLogin, shape: "a user's whole address; the password is an app password" },
  messageBytes: 25 * 1024 * 1024,
  recipients: 100,
};
