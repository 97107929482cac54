import type { Lab } from "../../sandbox/lab";
import type { Certificate } from "../../sandbox/mail/certificate";
import { send } from "../../sandbox/mail/client";
import { onHost } from "./support";

/** Has the droplet's system vouch for certificates, as it does for those of real providers. */
export async function trust(lab: Lab, certificates: Certificate[]): Promise<void> {
  const write = ({ cert }: Certificate, index: number) =>
    `echo '${cert}' >/usr/local/share/ca-certificates/${index}.crt`;
  await onHost(lab, [...certificates.map(write), "update-ca-certificates >/dev/null 2>&1"].join("\n"));
}

/** Sends a message through the relay, as a login that may use any sender. */
export async function sendFrom(lab: Lab, from: string, subject: string, to = "bob@receiver.test"): Promise<void> {
  await send({
    host: (await lab.outputs()).address,
    port: 587,
    localAddress: lab.cloud.strangerClient,
    login: "gateway",
    password: "password of gateway",
    from,
    to,
    subject,
    text: "hello",
    tls: "starttls",
  });
}

/** Why a message of that subject is still in the queue. */
export async function queued(lab: Lab, subject: string): Promise<string> {
  const ids = (await onHost(lab, "postqueue -j")).split("\n").filter(Boolean);
  const entries = ids.map((line) => JSON.parse(line) as { queue_id: string; recipients: { delay_reason?: string }[] });
  for (const { queue_id: id, recipients } of entries) {
    const headers = await onHost(lab, `postcat -hq ${id}`);
    if (headers.includes(`Subject: ${subject}`)) return recipients[0]?.delay_reason ?? "";
  }
  throw new Error(`${subject} is not in the queue`);
}
