// The way in: `npm run up`, `npm test` and the others all start here. Plain JavaScript without dependencies, because
// on a fresh clone there are none yet, and in syntax that an old Node still reads, so that it can say it is too old.
const { spawn } = require("child_process");
const fs = require("fs");
const path = require("path");

const ROOT = path.resolve(__dirname, "..");
const OLDEST_NODE = 20;
const EXIT_REQUIREMENT_MISSING = 3;

/** The installed packages as npm itself recorded them, or undefined: no, or only half, an installation. */
function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch (_) {
    return undefined;
  }
}

/** Whether `installed` (node_modules/.package-lock.json) is what `wanted` (package-lock.json) asks for. */
function isInstalled(wanted, installed) {
  if (!wanted || !installed) return false;
  const missing = Object.keys(wanted).some((name) => {
    if (name === "") return false;
    // npm leaves out optional packages that are made for other machines.
    if (!installed[name]) return !wanted[name].optional && !wanted[name].devOptional;
    return installed[name].version !== wanted[name].version || installed[name].integrity !== wanted[name].integrity;
  });
  return !missing && Object.keys(installed).every((name) => wanted[name]);
}

/** Installs what package-lock.json names, quietly unless it fails. Standard output stays free for the command's own. */
function install(root) {
  return new Promise((resolve, reject) => {
    const say = (text) => process.stderr.write(text + "\n");
    say("Installing the npm packages named in package-lock.json ...");
    // No scripts: nothing here needs them, and they would run other people's code as root.
    const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    npm.stdout.on("data", (chunk) => output.push(chunk));
    npm.stderr.on("data", (chunk) => output.push(chunk));
    const started = Date.now();
    const progress = setInterval(
      () => say("  still installing (" + Math.round((Date.now() - started) / 1000) + " s)"),
      15000,
    );
    const fail = (reason) => {
      process.stderr.write(Buffer.concat(output));
      reject(new Error("npm ci " + reason + ". Its output is above; nothing else was done."));
    };
    npm.on("error", (error) => {
      clearInterval(progress);
      fail("could not be started (" + error.message + ")");
    });
    npm.on("close", (code, signal) => {
      clearInterval(progress);
      if (code === 0) resolve();
      else fail(signal ? "was ended by " + signal : "failed with exit code " + code);
    });
  });
}

async function main() {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw new Error("This needs Node.js " + OLDEST_NODE + " or newer; this one is " + process.version + ".");
  }
  const wanted = readLock(path.join(ROOT, "package-lock.json"));
  if (!wanted) throw new Error("package-lock.json is missing or unreadable: the checkout is incomplete.");
  const installed = readLock(path.join(ROOT, "node_modules", ".package-lock.json"));
  if (!isInstalled(wanted, installed)) await install(ROOT);
  // Types are checked by `npm test`; here they would only cost time. The same process goes on, so arguments, signals
  // and exit code need no handing over.
  require("ts-node").register({ transpileOnly: true, cwd: ROOT });
  require("./cli.ts");
}

module.exports = { isInstalled };

if (require.main === module) {
  main().catch((error) => {
    process.stderr.write(error.message + "\n");
    process.exitCode = EXIT_REQUIREMENT_MISSING;
  });
}
