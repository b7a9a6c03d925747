// Brings a fresh clone to life with whatever Node is there (18 or newer), then goes on under Node 24. No dependencies: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
const WANTED = 24,
  windows = process.platform === 'win32';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules'),
  bin = join(modules, '.bin'),
  stamp = join(modules, '.cache', 'gaya-installed');
const fingerprint = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
/** Runs a program in the foreground, passes signals on, and gives its exit code (128 + n for a signal). */
function foreground(file, args, env, { shell = false, ipc = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      env,
      shell,
      stdio: ['inherit', 'inherit', 'inherit', ...(ipc ? ['ipc'] : [])],
    });
    // In a terminal the child has Ctrl-C already (and npm sends it here once more): staying alive is enough.
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((s) => [
      s,
      s === 'SIGINT' && process.stdin.isTTY ? () => {} : () => child.kill(s),
    ]);
    for (const [s, h] of handlers) process.on(s, h);
    const parent = process.ppid; // npm, or the shell that it started, is gone: leave no orphan
    const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const [s, h] of handlers) process.off(s, h);
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0));
    });
  });
}
async function install() {
  const since = Date.now(),
    seconds = () => Math.round((Date.now() - since) / 1000);
  console.error('Installing packages (about a minute the first time) ...');
  const tick = process.stderr.isTTY ? undefined : setInterval(() => console.error(`  ... ${seconds()} s`), 10_000);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([k]) => !/^npm_config_(workspaces?|include_workspace_root|prefix)$/i.test(k)),
  );
  const args = ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const code = npm
    ? await foreground(process.execPath, [npm, ...args], env)
    : await foreground('npm', args, env, { shell: windows });
  clearInterval(tick);
  if (code !== 0) {
    console.error(
      code > 128
        ? 'Installation stopped.'
        : 'npm install failed; its message is above. Then run the same command again.',
    );
    process.exit(code);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
  console.error(`Installed in ${seconds()} s.`);
}
/** Node 24: the one that npm brought for this platform, else this one when it is new enough. */
function node() {
  const own = join(
    modules,
    `node-${windows ? 'win' : process.platform}-${process.arch}`,
    'bin',
    windows ? 'node.exe' : 'node',
  );
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= WANTED) return process.execPath;
  console.error(
    `This needs Node ${WANTED} or newer (this is ${process.version}) and npm has none for ${process.platform}-${process.arch}: please install it.`,
  );
  process.exit(1);
}
if (!installed()) await install();
const nodePath = node();
// npm 10 drops this link, because four optional packages offer a bin called "node".
if (!windows && nodePath.startsWith(modules) && !existsSync(join(bin, 'node')))
  symlinkSync(relative(bin, nodePath), join(bin, 'node'));
const [command, ...rest] = process.argv.slice(2);
if (command === 'install') process.exit(0);
const env = { ...process.env, PATH: [dirname(nodePath), bin, process.env.PATH].join(delimiter) };
const own = join(root, 'tools', `${command}.ts`);
process.exit(
  existsSync(own)
    ? await foreground(nodePath, [own, ...rest], env, { ipc: true })
    : await foreground(join(bin, command), rest, env, { shell: windows }),
);
