import type { Lab } from "../../sandbox/lab";
import { SINK_NAME } from "../../sandbox/labConfig";
import { startSink, type Attempt, type Sink } from "../../sandbox/mail/sink";

/** The world's mail server, as long as it is open, is one that puts off whichever recipients it likes. */
export async function reluctantNextHop(lab: Lab, putsOff: (attempt: Attempt) => boolean): Promise<Sink> {
  const address = lab.cloud.trustedClient;
  const refuse = (attempt: Attempt) =>
    attempt.at === "rcpt" && putsOff(attempt) ? { code: 451, text: "come back later" } : undefined;
  const sink = await startSink({ address, port: 25, refuse });
  await lab.cloud.setDns([
    { name: SINK_NAME, type: "A", value: address },
    { name: "receiver.test", type: "MX", value: SINK_NAME },
  ]);
  return sink;
}
