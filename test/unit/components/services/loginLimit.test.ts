import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

/** What happens to the counter, after so many seconds on the machine's own clock. */
type Event = [
  after: number,
  ...what:
    | ["ask", login: string, recipients: number, queueId?: string]
    | ["accepted" | "refused", queueId: string]
    | ["restart" | "kill", wallClock: number]
    | ["file", text: string],
];

/** Plays events to a counter that allows ten recipients; a restart is a reboot, after which the clock of uptime is 0. */
const player = `
import json, sys, tempfile
sys.path[:0] = sys.argv[1:]
import counts, login_limit
wall = 1_000_000_000
counts.time.time = lambda: wall
up = 0
config = {"realm": "example.com", "alsoRealms": ["relay.example.com"], "perHour": 10, "logins": {"free": 0}}
answers = []
with tempfile.TemporaryDirectory() as folder:
    path = counts.StateFile(folder).path
    new = lambda: login_limit.Counter(config, counts.StateFile(folder), up)
    counter = new()
    for after, what, *given in json.load(sys.stdin):
        up += after
        wall += after
        if what == "ask":
            request = {"sasl_username": given[0], "recipient_count": str(given[1])}
            request["queue_id"] = given[2] if len(given) > 2 else ""
            answers.append(counter.action(request, up)[:3])
        elif what == "accepted":
            counter.accepted(given[0])
        elif what == "refused":
            counter.refused(given[0], up)
        elif what == "file":
            with open(path, "w") as file:
                file.write(given[0])
            counter = new()
        else:
            if what == "restart":
                counter.keep(up)
            up = 0
            wall += given[0]
            counter = new()
    with open(path) if what == "restart" else open("/dev/null") as file:
        kept = file.read()
print(json.dumps([answers, kept]))
`;

function play(...events: Event[]): [answers: string[], kept: string] {
  const components = join(PROJECT_ROOT, "components");
  const folders = [join(components, "services", "loginLimit"), join(components, "host")];
  const input = JSON.stringify(events);
  const output = execFileSync("python3", ["-B", "-c", player, ...folders], { input, encoding: "utf8", stdio: "pipe" });
  return JSON.parse(output) as [string[], string];
}

test.each<[string, Event[], string[]]>([
  [
    "all forms of a login are one",
    [
      [0, "ask", "a", 6],
      [0, "ask", "a@example.com", 5],
      [0, "ask", "a@relay.example.com", 5],
      [0, "ask", "a@relay.example.com", 4],
    ],
    ["DUN", "450", "450", "DUN"],
  ],
  [
    "another login has its own",
    [
      [0, "ask", "a", 10],
      [0, "ask", "b", 10],
    ],
    ["DUN", "DUN"],
  ],
  [
    "no login, and no limit",
    [
      [0, "ask", "", 99],
      [0, "ask", "free", 99],
    ],
    ["DUN", "DUN"],
  ],
  ["more than could ever pass", [[0, "ask", "a", 11]], ["550"]],
  [
    "no hour has more, also not one that begins between two messages",
    [
      [0, "ask", "a", 1],
      [59, "ask", "a", 9],
      [3_600, "ask", "a", 1],
      [2, "ask", "a", 10],
    ],
    ["DUN", "DUN", "450", "DUN"],
  ],
  [
    "a reboot forgets nothing, and time goes on meanwhile",
    [
      [0, "ask", "a", 10],
      [60, "restart", 1_800],
      [0, "ask", "a", 1],
      [1_740, "ask", "a", 1],
      [61, "ask", "a", 10],
    ],
    ["DUN", "450", "450", "DUN"],
  ],
  [
    "a clock that was set back makes nobody wait longer than an hour",
    [
      [0, "ask", "a", 10],
      [0, "restart", -86_400],
      [0, "ask", "a", 1],
      [3_661, "ask", "a", 10],
    ],
    ["DUN", "450", "DUN"],
  ],
  [
    "a kill gives nothing back, not even in the middle of a minute",
    [
      [0, "ask", "a", 6],
      [30, "ask", "b", 10],
      [0, "ask", "a", 4],
      [0, "kill", 0],
      [0, "ask", "a", 1],
      [0, "ask", "b", 1],
      [3_570, "kill", 0],
      [0, "ask", "a", 1],
      [61, "ask", "a", 10],
    ],
    ["DUN", "DUN", "DUN", "450", "450", "450", "DUN"],
  ],
  [
    "what is refused after DATA is given back, once, and what is accepted is not",
    [
      [0, "ask", "a", 10, "Q1"],
      [0, "refused", "Q1"],
      [0, "refused", "Q1"],
      [0, "ask", "a", 4, "Q2"],
      [0, "accepted", "Q2"],
      [0, "refused", "Q2"],
      [0, "ask", "a", 7, "Q3"],
      [0, "ask", "a", 6, "Q4"],
      [0, "kill", 0],
      [0, "refused", "Q4"],
      [0, "ask", "a", 1, "Q5"],
    ],
    ["DUN", "DUN", "450", "DUN", "450"],
  ],
  [
    "what was given back stays that after a kill, and after its hour",
    [
      [0, "ask", "a", 9, "Q1"],
      [30, "refused", "Q1"],
      [0, "kill", 0],
      [0, "ask", "a", 10],
      [3_661, "refused", "Q1"],
      [0, "ask", "a", 10],
      [0, "ask", "a", 1],
    ],
    ["DUN", "DUN", "DUN", "450"],
  ],
  [
    "a last line that was cut off counts for nothing, and those before it do",
    [
      [0, "file", '{"written": 1000000000, "counts": {}}\n[1000000060, "a", 9]\n[10000000'],
      [0, "ask", "a", 2],
      [0, "ask", "a", 1],
    ],
    ["450", "DUN"],
  ],
  [
    "a broken file is as none",
    [
      [0, "file", '{"written": 1, "cou'],
      [0, "ask", "a", 10],
    ],
    ["DUN"],
  ],
  [
    "nor does one of another shape stop it",
    [
      [0, "file", '{"written": 1, "counts": [1]}'],
      [0, "ask", "a", 10],
    ],
    ["DUN"],
  ],
])("recipients of a login: %s", (_, events, expected) => {
  expect(play(...events)[0]).toEqual(expected);
});

test("what is kept grows with the minutes of an hour and not with the messages, and is forgotten", () => {
  const many = Array.from({ length: 50 }, (): Event => [1, "ask", "a", 0]);
  expect(JSON.parse(play(...many, [0, "restart", 0])[1])).toMatchObject({ counts: { a: [[-11, 0]] } });
  expect(JSON.parse(play(...many, [3_661, "restart", 0])[1])).toMatchObject({ counts: {} });
});
