// node tools/run.mjs schemas: writes the JSON Schemas of messages and API; a test fails where they are not as committed.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { committedSchemas, schemaText } from '../protocols/src/schema-list.ts';

const folder = join(import.meta.dirname, '../protocols/schemas');
rmSync(folder, { recursive: true, force: true });
for (const [name, schema] of Object.entries(committedSchemas)) {
  const file = join(folder, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, schemaText(schema));
}
console.log(`${Object.keys(committedSchemas).length} schemas written to protocols/schemas`);
