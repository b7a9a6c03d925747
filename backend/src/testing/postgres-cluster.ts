/** A PostgreSQL server of one's own for a test run, in a temporary folder, where the machine has its programs. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresOptions } from '../db/postgres-sql.ts';

const DEBIAN = '/usr/lib/postgresql';
const USER = 'gaya';
const READY = 'database system is ready to accept connections';

/** The server ends with the test process, however that ends: its end closes the standard input. */
const UNTIL_CLOSED = '"$0" "$@" & cat > /dev/null; kill -QUIT $!; wait $!';

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

export class PostgresCluster {
  readonly options: PostgresOptions;
  readonly #folder: string;
  readonly #server: ChildProcessByStdio<Writable, null, Readable>;

  /**
   * Reached by a socket in its folder only. Its language is Korean, so that text which should sort by code point is
   * seen when it does not.
   */
  constructor(programs: string) {
    const identity = unprivileged();
    const folder = mkdtempSync(join(tmpdir(), 'gaya-pg-'));
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? -1);
    const data = join(folder, 'data');
    const language = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=ko'];
    const settings = ['-D', data, '-U', USER, '--auth=trust', '--no-sync', ...language];
    execFileSync(join(programs, 'initdb'), settings, { ...identity, cwd: folder, stdio: 'pipe' });
    const quick = ['fsync=off', 'listen_addresses=', 'log_min_messages=log'].flatMap((setting) => ['-c', setting]);
    this.options = { host: folder, user: USER, database: 'postgres' };
    this.#folder = folder;
    this.#server = spawn('sh', ['-c', UNTIL_CLOSED, join(programs, 'postgres'), '-D', data, '-k', folder, ...quick], {
      ...identity,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  }

  async ready(): Promise<void> {
    let said = '';
    this.#server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    while (!said.includes(READY)) {
      if (this.#server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
      await wait(10);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.stdin.end();
    if (this.#server.exitCode === null) await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

/** Folder of the newest initdb and postgres of this machine, or the sentence that says why there is none. */
export function findPostgres(): { programs: string } | { missing: string } {
  const versions = list(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  const folders = [...versions.map((v) => join(DEBIAN, v, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  const programs = folders.find((folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')));
  if (programs !== undefined) return { programs };
  return { missing: `no PostgreSQL server here (initdb in ${DEBIAN}/*/bin or on the PATH): tested on SQLite only` };
}

/** The server refuses to run as root: then it runs as the user that its package made, or as nobody. */
function unprivileged(): Identity {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const user = ['postgres', 'nobody'].map((name) => users.find((line) => line.startsWith(`${name}:`))).find(Boolean);
  const [, , uid, gid] = (user ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
