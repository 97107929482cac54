// `npm run build`: compiles the component with its program to dist/, and the command to cli/dist/. Plain JavaScript,
// because it also runs as `prepare` of a git dependency, before anything is compiled.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const lockfile = require("proper-lockfile");

const ROOT = path.resolve(__dirname, "..");

/** Each run of the compiler: its settings, and the folders whose other files are needed beside the compiled ones. */
const PROJECTS = [
  { config: "tsconfig.build.json", out: "dist", files: ["index.ts"], folders: ["components"] },
  { config: "cli/tsconfig.build.json", out: "cli/dist", files: ["LICENSE"], folders: ["cli", "components/host/lib"] },
];
/** Files that change what comes of the same sources. */
const SETTINGS = ["tsconfig.json", "package-lock.json", "scripts/build.js", ...PROJECTS.map(({ config }) => config)];
const NOT_SOURCES = /^(dist|node_modules|__pycache__|\..*|package\.json|tsconfig.*\.json)$/;

const STAMP = path.join(ROOT, "dist", ".stamp");
/** The compiler keeps this process from renewing its lock for as long as it works. */
const LOCK = {
  lockfilePath: path.join(ROOT, "dist", ".lock"),
  stale: 120_000,
  retries: { retries: 600, minTimeout: 200, factor: 1 },
};

/** Builds if anything changed since the last time; rejects with the compiler's complaints. */
async function build() {
  if (isCurrent()) return;
  fs.mkdirSync(path.dirname(STAMP), { recursive: true });
  const release = await lockfile.lock(ROOT, LOCK);
  try {
    const stamp = fingerprint();
    if (isCurrent(stamp)) return;
    for (const project of PROJECTS) prune(project.out, [...compile(project), ...copyOthers(project)]);
    fs.writeFileSync(STAMP, stamp);
  } finally {
    await release();
  }
}

function isCurrent(stamp = fingerprint()) {
  const whole = PROJECTS.every(({ out }) => fs.existsSync(path.join(ROOT, out, ".tsbuildinfo")));
  return whole && fs.existsSync(STAMP) && fs.readFileSync(STAMP, "utf8") === stamp;
}

/** Names, sizes and times of all that a build depends on, as one digest. */
function fingerprint() {
  const digest = createHash("sha256");
  for (const file of [...SETTINGS, ...PROJECTS.flatMap(sources)]) {
    const { size, mtimeMs } = fs.statSync(path.join(ROOT, file));
    digest.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return digest.digest("hex");
}

const sources = ({ folders, files }) => [...files, ...folders.flatMap((folder) => walk(folder, NOT_SOURCES))];

/** The files below a folder, except in and for the skipped names. */
function walk(folder, skipped) {
  return fs
    .readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !skipped.test(name))
    .flatMap((entry) => {
      const name = path.join(folder, entry.name);
      return entry.isDirectory() ? walk(name, skipped) : [name];
    });
}

/** Compiles what changed; the compiled files of all sources. */
function compile({ config, out }) {
  // Loaded only when there is something to compile: it takes half a second.
  const ts = require("typescript");
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => report([problem]) };
  const report = (problems) => {
    if (problems.length === 0) return;
    const text = ts.formatDiagnostics(problems, ts.createCompilerHost({}));
    throw new Error(`${config} does not compile:\n${text}`);
  };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(path.join(ROOT, config), {}, host);
  const program = ts.createIncrementalProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
  report([
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ]);
  // What explains the sources travels once, in the declarations.
  const withoutComments = (context) => {
    const visit = (node) => ts.setEmitFlags(ts.visitEachChild(node, visit, context), ts.EmitFlags.NoComments);
    return visit;
  };
  report(program.emit(undefined, undefined, undefined, false, { after: [withoutComments] }).diagnostics);
  const compiled = program
    .getSourceFiles()
    .filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && !fileName.includes("/node_modules/"))
    .map(({ fileName }) => path.join(out, path.relative(ROOT, fileName)).replace(/\.ts$/, ""));
  const endings = [".js", ...(options.sourceMap ? [".js.map"] : []), ...(options.declaration ? [".d.ts"] : [])];
  return compiled.flatMap((file) => endings.map((ending) => file + ending));
}

/** Copies scripts, units and other files that run on the host beside the code that reads them. */
function copyOthers(project) {
  const others = sources(project).filter((file) => !file.endsWith(".ts"));
  return others.map((file) => {
    const copy = path.join(project.out, file);
    fs.mkdirSync(path.join(ROOT, path.dirname(copy)), { recursive: true });
    fs.copyFileSync(path.join(ROOT, file), path.join(ROOT, copy));
    return copy;
  });
}

/** Removes what an earlier build made of sources that are gone. */
function prune(out, made) {
  const wanted = new Set(made);
  for (const file of walk(out, /^\./)) if (!wanted.has(file)) fs.rmSync(path.join(ROOT, file));
}

// Jest takes it as a global setup.
module.exports = build;

if (require.main === module) {
  build().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
