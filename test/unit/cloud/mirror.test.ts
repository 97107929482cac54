import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transportSettings } from "../../../sandbox/cloud/image/hostApt";
import { findMirror, mirrorOf, securityArchive } from "../../../sandbox/cloud/image/mirror";

const DEB822 = `Types: deb deb-src
# a comment in between
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: https://safe.test/sec
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

const ONE_LINE = `# deb http://commented.test/debian bookworm main
deb-src http://source.test/debian bookworm main
deb [arch=amd64 signed-by=/a.gpg] https://mirror.test/debian bullseye main contrib
deb http://safe.test/debian-security bullseye-security main
`;

describe("the mirror of a machine's apt sources", () => {
  test("is read from deb822 files", () => {
    expect(mirrorOf({ "debian.sources": DEB822 })).toEqual({
      archive: "http://mirror.test/debian",
      security: "https://safe.test/sec",
    });
  });

  test("is read from one-line files", () => {
    expect(mirrorOf({ "sources.list": ONE_LINE })).toEqual({
      archive: "https://mirror.test/debian",
      security: "http://safe.test/debian-security",
    });
  });

  test("is never another vendor's", () => {
    const vendor = "Types: deb\nURIs: https://vendor.test/apt\nSuites: nodistro\n";
    const ubuntu = "deb http://ubuntu.test/ubuntu noble main\ndeb http://ubuntu.test/ubuntu noble-security main\n";
    expect(mirrorOf({ "a.sources": vendor, "b.list": ubuntu })).toBeUndefined();
    expect(mirrorOf({ "a.sources": vendor, "debian.sources": DEB822 })?.archive).toBe("http://mirror.test/debian");
  });

  test("is not one that is switched off, or on a medium", () => {
    expect(mirrorOf({ "debian.sources": `Enabled: no\n${DEB822}` })?.archive).toBeUndefined();
    expect(
      mirrorOf({ "sources.list": "deb cdrom:[Debian]/ bookworm main\ndeb file:/srv bookworm main" }),
    ).toBeUndefined();
  });

  test("has security updates beside it when the sources name none", () => {
    expect(securityArchive({ archive: "http://mirror.test/debian" })).toBe("http://mirror.test/debian-security");
    expect(securityArchive({ archive: "a", security: "b" })).toBe("b");
  });
});

describe("finding the mirror", () => {
  let folder: string;
  const given = process.env.SANDBOX_MIRROR;

  beforeEach(async () => {
    delete process.env.SANDBOX_MIRROR;
    folder = await mkdtemp(join(tmpdir(), "cl-apt-"));
    await mkdir(join(folder, "sources.list.d"));
    await writeFile(join(folder, "sources.list.d/debian.sources"), DEB822);
    await writeFile(join(folder, "sources.list.d/other.sources.disabled"), ONE_LINE);
  });

  afterEach(async () => {
    if (given === undefined) delete process.env.SANDBOX_MIRROR;
    else process.env.SANDBOX_MIRROR = given;
    await rm(folder, { recursive: true });
  });

  test("looks into the folder of sources, at files that apt reads", async () => {
    expect(await findMirror(folder)).toMatchObject({ archive: "http://mirror.test/debian" });
  });

  test("prefers SANDBOX_MIRROR", async () => {
    process.env.SANDBOX_MIRROR = "http://mine.test/debian/";
    expect(await findMirror(folder)).toEqual({ archive: "http://mine.test/debian" });
  });

  test("leaves the choice to debootstrap where there is no apt", async () => {
    expect(await findMirror(join(folder, "nothing"))).toBeUndefined();
  });
});

describe("apt settings carried into an image", () => {
  const dump = `APT::Architecture "amd64";
Acquire::Languages:: "none";
Acquire::Check-Valid-Until "false";
Acquire::http "";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::https::CaInfo "/etc/ssl/own.pem";
`;

  test("are those that decide about reaching the mirror", () => {
    expect(transportSettings(dump, {})).toBe(
      'Acquire::Check-Valid-Until "false";\n' +
        'Acquire::http::Proxy "http://proxy.test:3128";\n' +
        'Acquire::https::CaInfo "/etc/ssl/own.pem";\n',
    );
  });

  test("include the environment's proxy unless apt has one of its own", () => {
    const environment = { http_proxy: "http://env.test:1", https_proxy: "http://env.test:2" };
    expect(transportSettings(dump, environment)).not.toContain("env.test:1");
    expect(transportSettings(dump, environment)).toContain('Acquire::https::Proxy "http://env.test:2";\n');
    expect(transportSettings("", {})).toBe("");
  });
});
