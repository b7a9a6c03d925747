import { DatabaseSync } from 'node:sqlite';
import { QueueError } from './frame.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** @throws {QueueError} queue-unwritable, queue-too-new */
export function openDatabase(file: string): DatabaseSync {
  const db = open(file);
  // FULL: a commit has reached the disk when it returns. That is what a device's confirmation rests on.
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 2000;',
  );
  const version = Number(db.prepare('pragma user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    db.close();
    throw new QueueError('queue-too-new', 'the queue was written by a newer version of the gateway');
  }
  if (version === 0) db.exec(`begin; ${SCHEMA} pragma user_version = ${SCHEMA_VERSION}; commit;`);
  return db;
}

function open(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    // Opening alone does not touch the file.
    db.exec('pragma user_version');
    return db;
  } catch (cause) {
    throw new QueueError('queue-unwritable', 'the queue file cannot be opened', { cause });
  }
}
