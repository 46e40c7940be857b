import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../src/config/json-schema.ts';
import { configTables, withFiles, withTables } from './config-reference.ts';

/** Writes what is made from the config's schemas: those for editors, and the guide's tables. A test holds both to them. */

const root = new URL('../', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, root));

for (const [name, text] of Object.entries(jsonSchemas())) writeFileSync(path(`configs/${name}`), text);

const guide = readFileSync(path('docs/guide.md'), 'utf8');
const read = (name: string) => readFileSync(path(name), 'utf8');
writeFileSync(path('docs/guide.md'), withFiles(withTables(guide, configTables()), read));
