/** A change that a person can make to the host, and which of the two commands notices it. */
export interface NoticedFault {
  what: string;
  /** Shell lines on the host. */
  seed: string;
  undo: string;
  /** What every line that reports this fault contains, and no other line. */
  named: RegExp;
  by: "both" | "doctor" | "drift" | "neither";
}

/** Puts the service's file back from the copy that the deploy keeps. */
export const restored = (service: string, path: string) =>
  `cp -a /var/lib/mail-relay/services/${service}/tree${path} ${path}`;

/** A file of the live configuration, behind its link. */
export const live = (name: string) => `$(readlink -f /etc/postfix/generations/current)/${name}`;

/** A new file in place of none. */
export const added = (path: string, content: string) => ({
  seed: `mkdir -p $(dirname ${path}); echo '${content}' >${path}`,
  undo: `rm ${path}`,
});

/** A line at the end of a file that exists. */
export const appended = (path: string, line: string) => ({
  seed: `cp -a ${path} /root/kept/$(basename ${path}); echo '${line}' >>${path}`,
  undo: `cp -a /root/kept/$(basename ${path}) ${path}`,
});
