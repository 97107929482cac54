import type { Lab } from "../../sandbox/lab";
import { startSink } from "../../sandbox/mail/sink";
import { MailRelayCommand } from "./mailRelay";
import { eventually, onHost } from "./support";

const dead = ["header-from.service", "signer.service", "login-limit.socket", "login-limit.service"].map(
  (unit) => `mail-relay-${unit}`,
);

// Units in /etc cannot be masked where they are.
const mask = `systemctl stop ${dead.join(" ")}; mkdir /root/aside; cd /etc/systemd/system
for unit in ${dead.join(" ")}; do mv $unit /root/aside; ln -s /dev/null $unit; done; systemctl daemon-reload`;
const unmask = `mv /root/aside/* /etc/systemd/system; systemctl daemon-reload; systemctl start ${dead.join(" ")}`;

/** What the server of a webhook was told. */
interface Hook {
  alerts: unknown[];
  told: () => string[];
}

/** Every service that mail passes is dead for good at once, so none of the alerts can depend on another. */
export function staysDown(lab: () => Lab, hook: () => Hook): void {
  test("what stays down is told within two minutes by webhook and by mail, and shows in the status", async () => {
    hook().alerts.length = 0;
    const accepting = await startSink({ address: lab().cloud.gateway, port: 25 });
    const command = new MailRelayCommand((await lab().outputs()).ssh);
    const everyMinute = "systemctl start mail-relay-watch.timer";
    const subjects = async () =>
      (await accepting.messages()).map(({ raw }) => /^Subject: (.*) on /m.exec(raw)?.[1]).sort();
    /** The promise itself: within two minutes both say so. */
    const told = () =>
      eventually(async () => {
        expect(hook().told()).toEqual(expect.arrayContaining(dead.map((unit) => `firing down-${unit}`)));
        expect(await subjects()).toEqual(expect.arrayContaining(dead.map((unit) => `[firing] down-${unit}`)));
      }, 240);
    try {
      await onHost(lab(), `${everyMinute}; ${mask}`);
      await told();
      const { code, stdout } = await command.run("status");
      expect(code).toBe(1);
      for (const unit of dead) expect(stdout).toContain(`${unit} does not run`);
    } finally {
      await onHost(lab(), `systemctl stop mail-relay-watch.timer; ${unmask}`);
      command.close();
      await accepting.close();
    }
  });
}
