import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

/** What happens to the counter, after so many seconds on the machine's own clock. */
type Event = [
  after: number,
  ...what: ["ask", login: string, recipients: number] | ["restart", wallClock: number] | ["file", text: string],
];

/** Plays events to a counter that allows ten recipients; a restart is a reboot, after which the clock of uptime is 0. */
const player = `
import json, sys, tempfile
sys.path.insert(0, sys.argv[1])
import login_limit
wall = 1_000_000_000
login_limit.time.time = lambda: wall
up = 0
config = {"realm": "example.com", "alsoRealms": ["relay.example.com"], "perHour": 10, "logins": {"free": 0}}
new = lambda: login_limit.Counter(config)
counter = new()
answers = []
with tempfile.TemporaryDirectory() as folder:
    state = login_limit.StateFile(folder)
    for after, what, *given in json.load(sys.stdin):
        up += after
        wall += after
        if what == "ask":
            request = {"sasl_username": given[0], "recipient_count": str(given[1])}
            answers.append(counter.action(request, up)[:3])
        elif what == "file":
            with open(state.path, "w") as file:
                file.write(given[0])
            counter = new()
            counter.restore(state.read(), up)
        else:
            state.write(counter.counts(up))
            up = 0
            wall += given[0]
            counter = new()
            counter.restore(state.read(), up)
    with open(state.path) if what == "restart" else open("/dev/null") as file:
        kept = file.read()
print(json.dumps([answers, kept]))
`;

function play(...events: Event[]): [answers: string[], kept: string] {
  const folder = join(PROJECT_ROOT, "components", "services", "loginLimit");
  const input = JSON.stringify(events);
  const output = execFileSync("python3", ["-B", "-c", player, folder], { input, encoding: "utf8", stdio: "pipe" });
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
