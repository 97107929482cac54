import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

/** Gives the check of headers what a Postfix would send, all at once; prints each answer as its letter and text. */
const player = `
import json, socket, struct, sys, threading
sys.path[:0] = sys.argv[1:]
import header_from
from lib import server
here, there = socket.socketpair()
config = {"realms": ["example.com"], "logins": {"alice": ["alice@example.com"]}}
class Stub:
    owners = header_from.Owners(config)
there.sendall(b"".join(bytes.fromhex(packet) for packet in json.load(sys.stdin)))
there.shutdown(socket.SHUT_WR)
header_from.Conversation(here, "", Stub())
here.close()
answers = b"".join(iter(lambda: there.recv(65536), b""))
found = []
while answers:
    (length,) = struct.unpack("!I", answers[:4])
    found.append(answers[4:4 + length].decode("latin-1"))
    answers = answers[4 + length:]
print(json.dumps(found))
`;

function answersTo(packets: Buffer[]): string[] {
  const components = join(PROJECT_ROOT, "components");
  const folders = [join(components, "services", "headerFrom"), join(components, "host")];
  const input = JSON.stringify(packets.map((packet) => packet.toString("hex")));
  return JSON.parse(execFileSync("python3", ["-B", "-c", player, ...folders], { input, encoding: "utf8" })) as string[];
}

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const packet = (command: string, data: string | Buffer = "") => {
  const body = Buffer.concat([Buffer.from(command), Buffer.from(data)]);
  return Buffer.concat([number(body.length), body]);
};
const hello = packet("O", Buffer.concat([6, 0x1ff, 0x1fffff].map(number)));
const header = (name: string, value: string) => packet("L", `${name}\0${value}\0`);
const mail = [packet("D", "M{auth_authen}\0alice\0"), packet("M", "<alice@example.com>\0")];
const own = header("From", "alice@example.com");
const foreign = header("From", "ceo%@example.com");
const refusal = "y553 5.7.1 <ceo?@example.com>: From header rejected: not owned by user alice\0";

/** What it wants: neither connections, HELO, RCPT, body, end of headers, unknown commands nor DATA; no wait for the rest. */
const agreed = packet(
  "O",
  Buffer.concat([6, 0, 0x1 | 0x2 | 0x8 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x4000].map(number)),
)
  .subarray(4)
  .toString("latin1");

test.each<[string, Buffer[], string[]]>([
  ["a message of its own", [hello, ...mail, own, packet("E")], [agreed, "c"]],
  ["a foreign one, in which a % has no meaning", [hello, ...mail, foreign, packet("E")], [agreed, refusal]],
  [
    "messages of one session, each for itself",
    [
      hello,
      ...mail,
      foreign,
      packet("E"),
      packet("A"),
      ...mail,
      own,
      packet("E"),
      ...mail,
      own,
      packet("E"),
      packet("Q"),
    ],
    [agreed, refusal, "c", "c"],
  ],
  [
    "headers before a message that was given up",
    [hello, ...mail, foreign, packet("A"), ...mail, own, packet("E")],
    [agreed, "c"],
  ],
  [
    "more headers than it keeps, which are too many",
    [hello, ...mail, own, ...Array<Buffer>(1000).fill(header("Resent-From", "alice@example.com")), packet("E")],
    [agreed, "y553 5.7.1 Message rejected: it has 1000 headers or more that say who it is from\0"],
  ],
  ["a message without a login, which is put off", [hello, packet("M", "<>\0"), own, packet("E")], [agreed, "t"]],
  ["a protocol that is too old", [packet("O", Buffer.concat([2, 0, 0].map(number))), packet("E")], []],
  ["a packet that is too long", [hello, number(2 ** 31)], [agreed]],
  ["a packet without a command", [hello, number(0), packet("E")], [agreed]],
  ["a packet that was cut off", [hello, own.subarray(0, 9)], [agreed]],
])("the milter answers %s", (_, packets, expected) => {
  expect(answersTo(packets)).toEqual(expected);
});

test("what Postfix does not offer is not asked for, and then answered", () => {
  const plain = packet("O", Buffer.concat([6, 0x1ff, 0].map(number)));
  const all = [
    plain,
    packet("C", "host\x004"),
    packet("H", "host\0"),
    ...mail,
    packet("R", "<a@b>\0"),
    packet("T"),
    own,
  ];
  const answers = answersTo([...all, packet("N"), packet("B", "body"), packet("E")]);
  expect(answers.slice(1)).toEqual(Array(9).fill("c"));
});
