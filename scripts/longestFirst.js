const { basename } = require("node:path");
const Sequencer = require("@jest/test-sequencer").default;

/** What takes longest on two cores: about 300 s each and more. */
const LONGEST = ["handover", "logins", "openRelay", "mistakes", "replacement"].map((name) => `${name}.test.ts`);

/**
 * Starts the longest scenarios first. Without a cache of earlier times, as in CI, Jest goes by the size of the files,
 * so a long scenario in a small file starts last, and runs alone while the other core is idle.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.indexOf(basename(path));
      return place === -1 ? LONGEST.length : place;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
