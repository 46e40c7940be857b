import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../src/config/json-schema.ts';

/** Writes what is generated from the config's schemas; a test holds the files to them. */

const configs = new URL('../configs/', import.meta.url);

for (const [name, text] of Object.entries(jsonSchemas())) {
  writeFileSync(fileURLToPath(new URL(name, configs)), text);
}
