import { checkAlerts, checkDropletAlerts, checkLogDays, checkWebhook } from "./checks/alerts";
import { checkDelivery } from "./checks/delivery";
import { checkLimits } from "./checks/limits";
import { checkMailboxes } from "./checks/mailboxes";
import { checkDkim, checkDkimKeys } from "./checks/dkim";
import { checkDns } from "./checks/dns";
import { checkCertificate } from "./checks/certificate";
import { checkNetworks } from "./checks/networks";
import { checkParameters } from "./checks/parameters";
import { checkRelayHost, checkSmartHostPasswords } from "./checks/relayHost";
import { Report } from "./checks/report";
import { checkResolver } from "./checks/resolver";
import { checkRewriting } from "./checks/rewriting";
import { checkRoutes } from "./checks/routes";
import { checkSasl } from "./checks/sasl";
import { checkDeployKey, checkTarget } from "./checks/target";
import { checkDigitalOceanToken, checkTls } from "./checks/tls";
import { checkSecrets, checkUsers } from "./checks/users";
import { checkHeaderFrom } from "./headerFrom";
import { RelayInput } from "./input";
import { checkLocal, checkNames } from "./names";
import { RelaySecrets } from "./secrets";

/** One thing wrong with the arguments. */
export interface Issue {
  /** Option path as the user writes it, for example `users[1].login`. */
  path: string;
  /** What is wrong, what is allowed and what to do; holds the value unless that is secret. */
  message: string;
}

/** An issue that could be none, depending on options that may not be known yet. */
interface DependentIssue extends Issue {
  others: string[];
}

const checks = [
  checkNames,
  checkLocal,
  checkUsers,
  checkHeaderFrom,
  checkNetworks,
  checkSasl,
  checkTls,
  checkParameters,
  checkLimits,
  checkMailboxes,
  checkRelayHost,
  checkRoutes,
  checkDelivery,
  checkRewriting,
  checkAlerts,
  checkDropletAlerts,
  checkLogDays,
  checkDkim,
  checkDns,
  checkResolver,
  checkTarget,
];

/** Finds everything wrong with an input. An option that was not given arrives as undefined. */
export function validate(input: RelayInput): DependentIssue[] {
  return collect((report) => checks.forEach((check) => check(input, report)));
}

/** Finds everything wrong with the secrets, without ever quoting one. */
export function validateSecrets(secrets: RelaySecrets): Issue[] {
  const issues = collect((report) => {
    checkSecrets(secrets, report);
    checkSmartHostPasswords(secrets, report);
    checkWebhook(secrets.alertWebhook, report);
    checkDkimKeys(secrets.dkimKeys ?? [], report);
    checkCertificate(secrets.certificate, new Date(), report);
    checkDigitalOceanToken(secrets.digitalOceanToken, report);
    checkDeployKey(secrets.deployKey, report);
  });
  return issues.map(({ path, message }) => ({ path, message }));
}

function collect(check: (report: Report) => void): DependentIssue[] {
  const issues: DependentIssue[] = [];
  check((path, message, others = []) => issues.push({ path, message, others }));
  return issues;
}

/** All issues as one message, each with its option path. */
export function describeIssues(name: string, issues: Issue[]): string {
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
  return [
    `MailRelay "${name}": ${count} with its arguments, nothing was changed:`,
    ...issues.map((issue) => `  - ${issue.path}: ${issue.message}`),
  ].join("\n");
}
