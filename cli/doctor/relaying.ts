import type { Answer, Parts } from "../survey";
import { fault, REPAIR, type Check, type Finding } from "./finding";

type Seen = Parts["relaying"];

export const relaying: Check<Seen>[] = [answered, closed, rerouting, loginWanted, sending, pretending];

/** The code of the reply to the question's last command; undefined where it did not come so far. */
function verdict({ replies, client, tls, recipients = [] }: Answer): number | undefined {
  const last = replies.at(-1);
  const wanted = client === null && !tls ? "XCLIENT " : `RCPT TO:<${recipients.at(-1)}>`;
  return last?.command?.startsWith(wanted) ? last.code : undefined;
}

const named = ({ answers }: Seen, name: string) => answers.filter((answer) => answer.name === name);
const accepted = (seen: Seen, name: string) => named(seen, name).filter((answer) => (verdict(answer) ?? 999) < 300);

/** A failed test proves nothing. Another check covers public listeners that do not answer. */
function answered(seen: Seen): Finding[] {
  const silent = seen.answers.filter((answer) => answer.client !== null && verdict(answer) === undefined);
  const ports = [...new Map(silent.map((answer) => [answer.port, answer])).values()];
  return ports.map(({ port, problem, replies }) => {
    const said = problem ?? `${replies.at(-1)?.code} ${replies.at(-1)?.text}`;
    return fault(
      "relaying-unknown",
      `the test for an open relay failed on 127.0.0.1:${port}: ${said}`,
      `if an older version deployed the relay, \`pulumi up\` adds the listener. ${REPAIR}`,
    );
  });
}

function closed(seen: Seen): Finding[] {
  return accepted(seen, "relay").map(({ client }) =>
    fault(
      "open-relay",
      `an open relay: ${client}, a stranger, may send to any address through port 25`,
      `stop Postfix first. ${REPAIR}`,
    ),
  );
}

function rerouting(seen: Seen): Finding[] {
  return accepted(seen, "relay-percent").map(() =>
    fault(
      "open-relay-percent",
      "an open relay through addresses such as user%elsewhere@relay",
      `stop Postfix first. ${REPAIR}`,
    ),
  );
}

function loginWanted(seen: Seen): Finding[] {
  const open = [...accepted(seen, "relay-login"), ...accepted(seen, "outside")];
  return open.map(({ port }) =>
    fault("open-port", `port ${port} accepts mail for any address without a login`, `stop Postfix first. ${REPAIR}`),
  );
}

function sending(seen: Seen): Finding[] {
  return named(seen, "send")
    .filter((answer) => (verdict(answer) ?? 250) >= 300)
    .map(({ login, replies }) =>
      fault(
        "login-may-not-send",
        `${login} can log in but not send: ${replies.at(-1)?.code} ${replies.at(-1)?.text}`,
        REPAIR,
      ),
    );
}

function pretending(seen: Seen): Finding[] {
  return accepted(seen, "xclient").map(({ port }) =>
    fault("xclient-open", `port ${port} lets any client pose as another (XCLIENT)`, REPAIR),
  );
}
