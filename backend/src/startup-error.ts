/** Turns what can go wrong at start into one sentence for whoever started the hub. */
import { ConfigError, type Config } from './config.ts';
import { DataLockError } from './data-lock.ts';

/** Primary result codes. @see SQLite result codes */
const SQLITE = { perm: 3, readonly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 } as const;

type Where = 'data' | 'http' | 'mqtt';

/** @param where which step failed */
export function startupSentence(error: unknown, where: Where, config: Config | null): string {
  if (error instanceof ConfigError) return error.message;
  if (config === null || !(error instanceof Error)) return unforeseen(error);
  if (error instanceof DataLockError)
    return `Another hub uses the folder ${config.dataDir}: stop it, or choose another folder with GAYA_DATA.`;
  return where === 'data' ? dataSentence(error, config.dataDir) : portSentence(error, where, config);
}

function dataSentence(error: Error, folder: string): string {
  const sqlite = 'errcode' in error ? Number(error.errcode) & 0xff : null;
  switch ('code' in error && sqlite === null ? error.code : sqlite) {
    case 'ENOSPC':
    case SQLITE.full:
      return `The disk of the folder ${folder} is full: free some space, or choose another folder with GAYA_DATA.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case SQLITE.perm:
    case SQLITE.readonly:
    case SQLITE.cantOpen:
      return `The folder ${folder} cannot be written: give the hub write permission, or choose another folder with GAYA_DATA.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${folder} is no folder: choose another one with GAYA_DATA.`;
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return `The hub's files in ${folder} are damaged: restore a backup into a new folder and choose it with GAYA_DATA.`;
    case SQLITE.ioError:
      return `The disk of the folder ${folder} cannot be read or written.`;
    default:
      return unforeseen(error);
  }
}

function portSentence(error: Error, where: 'http' | 'mqtt', config: Config): string {
  const [port, env] = where === 'http' ? [config.httpPort, 'GAYA_HTTP_PORT'] : [config.mqttPort, 'GAYA_MQTT_PORT'];
  switch ('code' in error ? error.code : null) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: stop the program that uses it, or choose another port with ${env}.`;
    case 'EACCES':
      return `Port ${port} may not be opened by this user: choose one from 1024 with ${env}.`;
    default:
      return unforeseen(error);
  }
}

const unforeseen = (error: unknown): string =>
  `The hub could not start (${error instanceof Error ? error.message : 'unknown error'}).`;
