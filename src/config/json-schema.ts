import { z } from 'zod';
import { scenarioSchema } from './scenario-schema.ts';
import { tuningFileSchema } from './tuning-schema.ts';

/** The schemas of configs and scenarios for editors, as JSON Schema: completion and hints while a file is written. */

/** Text by file name; `npm run schema` writes them to configs/. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'tuning.schema.json': text('arbtune tuning config', tuningFileSchema),
    'scenario.schema.json': text('arbtune scenario', scenarioSchema),
  };
}

function text(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`;
}
