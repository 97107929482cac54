import type { Lab } from "../../sandbox/lab";
import { quoted, snippet } from "./snippet";
import { createServer, onHost } from "./support";

/** The name that docs/clients.md calls the relay by. */
const nameOnPage = /relay\.example\.com/g;

/** A server of somebody's own that sends through a relay, set up with nothing but the text of docs/clients.md. */
export class ClientServer {
  private constructor(
    private readonly lab: Lab,
    private readonly relay: string,
    private readonly id: number,
  ) {}

  /** A server that has the packages and the relay's certificate. */
  static async create(lab: Lab, relay: string): Promise<ClientServer> {
    const { id } = await createServer(lab);
    const server = new ClientServer(lab, relay, id);
    const packages = "postfix libsasl2-modules openssl php-cli libphp-phpmailer";
    await server.run(
      `DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends ${packages} >/dev/null`,
    );
    return server;
  }

  run(script: string): Promise<string> {
    return onHost(this.lab, script, this.id);
  }

  /** Fetches the relay's certificate to where the page's settings expect it; resolves with the fingerprint it shows. */
  async fetchCertificate(): Promise<string> {
    const shown = await this.run(`cd /etc/postfix; ${this.named(await snippet("sh", "s_client"))}`);
    return /Fingerprint=(.*)/i.exec(shown)?.[1] ?? shown;
  }

  /** Sends with the page's PHP. Debian's package stands where Composer would have put the library. */
  async sendByPhp(login: string, password: string, from: string, to: string): Promise<void> {
    await this.write("/root/page.php", await snippet("php"), "600");
    const variables = {
      SMTP_HOST: this.relay,
      SMTP_USER: login,
      SMTP_PASSWORD: password,
      SMTP_FROM: from,
      SMTP_TO: to,
      SMTP_CA: "/etc/postfix/relay.pem",
    };
    const environment = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    await this.run(`cd /root; ln -sfn /usr/share/php/libphp-phpmailer vendor; ${environment.join(" ")} php page.php`);
  }

  /** Makes its Postfix send through the relay: the page's lines of main.cf, and the page's line with the password. */
  async setUpPostfix(password: string): Promise<void> {
    const lines = this.named(await snippet("ini", "relayhost"))
      .trimEnd()
      .split("\n");
    const entry = this.named(await quoted("holds one line:")).replace("PASSWORD", password);
    await this.write("/etc/postfix/relay_password", `${entry}\n`, "600");
    await this.run(`postconf -e ${lines.map((line) => `'${line}'`).join(" ")}; postfix reload 2>&1`);
  }

  /** Sends as a program on that server would, the empty sender being a bounce's. */
  async sendmail(from: string, to: string, subject: string): Promise<void> {
    await this.run(`printf 'From: ops@example.test\\nSubject: ${subject}\\n\\nhello\\n' | sendmail -f '${from}' ${to}`);
  }

  private named(text: string): string {
    return text.replace(nameOnPage, this.relay);
  }

  private async write(path: string, text: string, mode: string): Promise<void> {
    const script = `umask 077; cat >${path}; chmod ${mode} ${path}`;
    const { code, stderr } = await this.lab.cloud.exec(this.id, ["sh", "-euc", script], text);
    if (code !== 0) throw new Error(`${path} was not written: ${stderr}`);
  }
}
