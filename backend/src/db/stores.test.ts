/** What records, store and log promise holds on every database: the same tests on SQLite and, where there is one, PostgreSQL. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { logContract } from '../log/log.contract.ts';
import { storeContract } from '../log/store.contract.ts';
import { bindingContract } from '../records/bindings.contract.ts';
import { deviceContract } from '../records/devices.contract.ts';
import { gatewayContract } from '../records/gateways.contract.ts';
import { patientContract } from '../records/patients.contract.ts';
import { findPostgres } from '../testing/postgres-cluster.ts';
import { PostgresStores, SqliteStores, type StoreKind } from '../testing/stores.ts';
import { postgresContract } from './postgres-sql.contract.ts';
import { sqlContract } from './sql.contract.ts';
import type { Sql } from './work.ts';

const postgres = findPostgres();
if ('missing' in postgres) console.warn(postgres.missing);
const KINDS: StoreKind[] = [
  new SqliteStores(),
  ...('programs' in postgres ? [new PostgresStores(postgres.programs)] : []),
];

/** A new PostgreSQL cluster takes seconds on a slow disk. */
const START_MS = 60_000;

describe.each(KINDS)('on $dialect', (kind) => {
  let store: { sql: Sql; close(): Promise<void> };
  beforeAll(() => kind.start(), START_MS);
  afterAll(() => kind.stop());
  beforeEach(async () => {
    store = await kind.open();
  });
  afterEach(() => store.close());

  const sql = () => store.sql;
  describe('a store', () => storeContract(sql));
  describe('SQL', () => sqlContract(sql));
  if (kind.dialect === 'postgres') describe('a server', () => postgresContract(sql));
  describe('the log', () => logContract(sql));
  describe('patients', () => patientContract(sql));
  describe('devices', () => deviceContract(sql));
  describe('bindings', () => bindingContract(sql));
  describe('gateways', () => gatewayContract(sql));
});
