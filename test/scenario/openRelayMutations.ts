/** Ways to open a relay by hand, with what then shows it. */
interface Mutation {
  name: string;
  /** Shell commands on the host; Postfix is reloaded afterwards. */
  edit: string;
  /** A cell that opens: position, sender and recipient. */
  opens: [position: string, sender: string, recipient: string];
  /** What the deploy's own proof says to it; false where it cannot know, because a name or address of the world decides. */
  proof: RegExp | false;
}

/** Adds one exception to the restrictions that decide who relays. */
const permitting = (restriction: string) =>
  `postconf -e 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, ${restriction}, reject_unauth_destination'`;

const stranger = "a stranger on 25";
const bob = "<bob@receiver.test>";

export const mutations: Mutation[] = [
  {
    name: "mynetworks is everybody",
    edit: "postconf -e 'mynetworks = 0.0.0.0/0'",
    opens: [stranger, "<>", bob],
    proof: /may not relay.*was answered 250 .*, expected 554/,
  },
  {
    name: "mynetworks is one bit too wide",
    edit: `postconf -e "mynetworks = $(postconf -h mynetworks | sed 's#192.0.2.160/27#192.0.2.128/26#')"`,
    opens: ["XCLIENT ADDR=192.0.2.159", "<>", bob],
    proof: false,
  },
  {
    name: "the relay's own name in HELO is trusted",
    edit: permitting("check_helo_access inline:{relay.example.test=permit}"),
    opens: ["a stranger on 25 that calls itself EHLO relay.example.test", "<>", bob],
    proof: /may not relay.*was answered 250 .*, expected 554/,
  },
  {
    name: "every postmaster can be reached",
    edit: permitting("check_recipient_access inline:{postmaster@=permit}"),
    opens: [stranger, "<>", "<postmaster@receiver.test>"],
    proof: /RCPT TO:<postmaster@relay-probe\.invalid> was answered 250 /,
  },
  {
    name: "senders of the own domain are trusted",
    edit: permitting("check_sender_access inline:{example.test=permit}"),
    opens: [stranger, "<alice@example.test>", bob],
    proof: /may not relay.*was answered 250 .*, expected 554/,
  },
  {
    name: "everything is permitted",
    // By a table, whose answers smtpd cannot foresee: it refuses to start behind a bare permit, dead and not open.
    edit: permitting("check_client_access static:permit"),
    opens: [stranger, "<>", bob],
    proof: /may not relay.*was answered 250 .*, expected 554/,
  },
  {
    name: "port 587 lost its reject",
    edit: "postconf -P submission/inet/smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination",
    opens: ["a trusted client on 587", "<>", bob],
    proof: /on 587: RCPT TO:<postmaster@relay\.example\.test> was answered 250 .*, expected 554/,
  },
];
