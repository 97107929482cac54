import type { Lab } from "../../sandbox/lab";
import type { ConfigChanges } from "../../sandbox/labConfig";
import { logIn, send } from "../../sandbox/mail/client";
import { addAddresses, manyAddresses, Strangers } from "./strangers";
import { changes, eventually, onHost } from "./support";

/** As Postfix's default has it: a hundred for each port. */
const SHARE = 75;
const GUESSING = 40;

/** What strangers can't do by coming in numbers; the relay bans after so many wrong passwords. */
export function floods(look: () => { lab: Lab; config: ConfigChanges }, failures: number): void {
  describe("a flood", () => {
    const [guesser, newcomer, ...strangers] = manyAddresses(102);
    let takeAway: (() => Promise<void>) | undefined;
    let address: string;
    let password: string;

    const client = (localAddress: string) =>
      ({ host: address, port: 587, localAddress, login: "alice", password, tls: "starttls" }) as const;
    // A client's own patience is minutes; a new try every few seconds has better chances against the crowd's.
    const patienceMs = 4_000;
    const held = async () => Number(await onHost(look().lab, "ss -Htn state established '( sport = :587 )' | wc -l"));

    beforeAll(async () => {
      const outputs = await look().lab.outputs();
      ({ address } = outputs);
      password = outputs.logins.alice!;
      takeAway = await addAddresses(address, [guesser!, newcomer!, ...strangers]);
    });

    afterAll(() => takeAway?.());

    test("of wrong passwords by forty connections at once leaves an address few tries", async () => {
      let banned = false;
      const guess = async () => {
        while (!banned) await logIn({ ...client(guesser!), password: "wrong", patienceMs }).catch(() => undefined);
      };
      const guesses = Promise.all(Array.from({ length: GUESSING }, guess));
      const set = `nft list set inet mail_relay_ban banned | grep -q '${guesser}[ ,]'`;
      await eventually(() => onHost(look().lab, set)).finally(() => (banned = true));
      await guesses;
      const tried = `journalctl -q -o cat -t postfix/submission/smtpd | grep -c '${guesser}.*SASL PLAIN authentication failed'`;
      const count = Number(await onHost(look().lab, tried));
      expect(count).toBeGreaterThanOrEqual(failures);
      expect(count).toBeLessThanOrEqual(3 * failures);
    });

    test("of slow strangers leaves room for logins, for a deploy, and in the end for a login from elsewhere", async () => {
      const { lab, config } = look();
      const known = lab.cloud.strangerClient;
      const mail = { from: "alice@example.test", to: "bob@receiver.test", subject: "to be known", text: "hello" };
      await send({ ...client(known), ...mail });
      await eventually(() => onHost(lab, `nft list set inet mail_relay_room known | grep -q '${known} '`));
      const crowd = new Strangers(address, strangers, [587], 3 * strangers.length);
      try {
        await eventually(async () => expect(await held()).toBe(SHARE));
        for (let index = 0; index < 20; index++) await logIn(client(known));
        lab.configure({ ...config, smtpBanner: "$myhostname ESMTP in a flood" });
        expect(changes(await lab.up())).toContain("update relay-apply");
        expect(await held()).toBeLessThanOrEqual(SHARE);
        await eventually(() => logIn({ ...client(newcomer!), patienceMs }));
        const cut = await onHost(lab, "journalctl -q -o cat -t postfix/submission/smtpd | grep -c 'lost connection'");
        expect(Number(cut)).toBeGreaterThan(0);
      } finally {
        crowd.leave();
      }
    });
  });
}
