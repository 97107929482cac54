import { addressLogin, Preset } from "./preset";

export const microsoft365: Preset = {
  title: "Microsoft 365",
  page: "https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
  host: () => "smtp.office365.com",
  ports: [25, 587],
  wrapperPorts: [],
  defaultPort: 587,
  tls: "verified",
  // Microsoft takes logins by password back: from the end of 2026 an administrator has to allow them, and in 2027 it says
  // when they end (message MC786329).
  login: {
    required: true,
    pattern: addressLogin,
    shape: "a mailbox's whole address, with SMTP AUTH switched on for it",
  },
  messageBytes: 35 * 1024 * 1024,
  recipients: 500,
  connections: 3,
};
