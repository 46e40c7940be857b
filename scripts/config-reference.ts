import { z } from 'zod';
import { METRIC_NAMES } from '../src/config/metric-names.ts';
import { scenarioSchema } from '../src/config/scenario-schema.ts';
import { tuningFileSchema } from '../src/config/tuning-schema.ts';
import { STRATEGY_PARAMS } from '../src/paper-engine/params.ts';

/** The tables of docs/guide.md that list every key of configs and scenarios, made from the schemas that check them. */

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Markdown by the name of the place it belongs to: `<!-- table NAME -->` to `<!-- end -->`. */
export function configTables(): Readonly<Record<string, string>> {
  const tuning = member(jsonSchema(tuningFileSchema), 'tuning');
  const scenario = jsonSchema(scenarioSchema);
  const parameters = forms(valuesOf(member(tuning, 'search_space')));
  const engine = member(tuning, 'engine');
  return {
    tuning: keyTable(tuning),
    ...Object.fromEntries(parameters.map((form) => [`parameter ${formName(form)}`, keyTable(form)])),
    strategy: strategyTable(),
    objective: keyTable(member(tuning, 'objective')),
    'objective.metrics': keyTable(itemsOf(member(member(tuning, 'objective'), 'metrics'))),
    'objective.constraints': keyTable(itemsOf(member(member(tuning, 'objective'), 'constraints'))),
    metrics: METRIC_NAMES.map((name) => `\`${name}\``).join(' · '),
    limits: keyTable(member(tuning, 'limits')),
    stopping: keyTable(member(tuning, 'stopping')),
    engine: keyTable(engine),
    'engine venues': venueTable(member(engine, 'upbit'), member(engine, 'binance')),
    'engine.rebalancing': keyTable(member(engine, 'rebalancing')),
    'engine.guard': keyTable(member(engine, 'guard')),
    scenario: keyTable(scenario),
    'scenario symbols': keyTable(member(scenario, 'symbols')),
    'scenario steps': keyTable(itemsOf(member(scenario, 'steps'))),
    'scenario risk_profile': keyTable(member(scenario, 'risk_profile')),
    'scenario expected_outcomes': keyTable(member(scenario, 'expected_outcomes')),
  };
}

/** The text with every table in its place; throws for a place without a table and a table without a place. */
export function withTables(text: string, tables: Readonly<Record<string, string>>): string {
  const placed = new Set<string>();
  const filled = text.replace(/(<!-- table (.+?) -->\n)[\s\S]*?(<!-- end -->)/g, (_, open, name, close) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`There is no table ${name}`);
    placed.add(name);
    return `${open}\n${table}\n\n${close}`;
  });
  const missing = Object.keys(tables).filter((name) => !placed.has(name));
  if (missing.length > 0) throw new Error(`The guide has no place for the tables ${missing.join(', ')}`);
  return filled;
}

/** The text with every file named by `<!-- file PATH -->` in its place, as a block of code. */
export function withFiles(text: string, read: (path: string) => string): string {
  return text.replace(/(<!-- file (.+?) -->\n)[\s\S]*?(<!-- end -->)/g, (_, open, path, close) => {
    const language = path.endsWith('.yaml') ? 'yaml' : '';
    return `${open}\n\`\`\`${language}\n${read(path).trimEnd()}\n\`\`\`\n\n${close}`;
  });
}

function keyTable(schema: JsonSchema): string {
  return table(
    ['key', 'value', 'default', 'what'],
    Object.entries(schema.properties ?? {}).map(keyRow(schema)),
  );
}

function keyRow(parent: JsonSchema): (entry: [string, JsonSchema]) => string[] {
  return ([key, schema]) => {
    const required = parent.required?.includes(key) && schema.default === undefined;
    return [
      `\`${key}\``,
      valueText(schema),
      required ? 'required' : defaultText(schema),
      schema.description ?? '',
    ];
  };
}

/** Both venues have the same keys: one table with a column for each one's default. */
function venueTable(upbit: JsonSchema, binance: JsonSchema): string {
  const rows = Object.entries(upbit.properties ?? {}).map(([key, schema]) => [
    `\`${key}\``,
    valueText(schema),
    defaultText(schema),
    defaultText(member(binance, key)),
    schema.description ?? '',
  ]);
  return table(['key', 'value', 'default of `upbit`', 'default of `binance`', 'what'], rows);
}

function strategyTable(): string {
  const rows = Object.entries(STRATEGY_PARAMS).map(([name, { unit, type, range, fallback, description }]) => [
    `\`${name}\``,
    `${type === 'int' ? 'whole number, ' : ''}${between(range[0], range[1])}`,
    unit,
    number(fallback),
    description,
  ]);
  return table(['parameter', 'value', 'unit', 'where nothing gives it', 'what'], rows);
}

function valueText(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum && schema.enum.length > 8) return 'a name, see below';
  if (schema.enum) return schema.enum.map(code).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices)
    return choices.every(({ properties }) => properties) ? 'a mapping' : choices.map(valueText).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => valueText({ type })).join(' or ');
  switch (schema.type) {
    case 'integer':
      return `whole number, ${bounds(schema)}`;
    case 'number':
      return bounds(schema) || 'number';
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return 'text';
    case 'array':
      return Array.isArray(schema.items) ? 'a pair' : `a list of ${plural(valueText(itemsOf(schema)))}`;
    default:
      return mappingText(schema);
  }
}

function mappingText(schema: JsonSchema): string {
  const keys = Object.keys(schema.properties ?? {});
  return keys.length === 1 ? `\`{ ${keys[0]}: … }\`` : 'a mapping';
}

function plural(text: string): string {
  return text === 'a mapping' ? 'mappings' : text === 'a pair' ? 'pairs' : text;
}

function bounds({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const top =
    maximum === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : maximum === undefined ? undefined : number(maximum);
  if (exclusiveMinimum !== undefined)
    return `above ${number(exclusiveMinimum)}${top ? `, at most ${top}` : ''}`;
  const isOpen = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER;
  if (isOpen) return top && maximum !== Number.MAX_SAFE_INTEGER ? `at most ${top}` : '';
  return top ? `${number(minimum)} to ${top}` : `at least ${number(minimum)}`;
}

function between(low: number, high: number): string {
  return `${number(low)} to ${number(high)}`;
}

function number(value: number): string {
  return Math.abs(value) >= 1_000 && Math.abs(value) < 1e15 ? value.toLocaleString('en-US') : String(value);
}

function defaultText({ default: value, properties }: JsonSchema): string {
  if (value === undefined || properties) return '';
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value) && value.length === 0) return 'none';
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return 'none';
  return value === '' ? 'none' : code(value);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  // A column that nothing is in says nothing.
  const used = header.map((_, column) => rows.some((row) => row[column] !== ''));
  const kept = (cells: readonly string[]) => cells.filter((_, column) => used[column]);
  return [
    line(kept(header)),
    line(kept(header).map(() => '---')),
    ...rows.map((row) => line(kept(row))),
  ].join('\n');
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}

function member(schema: JsonSchema, key: string): JsonSchema {
  const found = schema.properties?.[key];
  if (found === undefined) throw new Error(`The schema has no key ${key}`);
  return found;
}

function itemsOf(schema: JsonSchema): JsonSchema {
  const items = schema.items;
  return items === undefined || Array.isArray(items) ? {} : (items as JsonSchema);
}

function valuesOf({ additionalProperties }: JsonSchema): JsonSchema {
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

function forms(schema: JsonSchema): readonly JsonSchema[] {
  return schema.oneOf ?? schema.anyOf ?? [];
}

function formName(form: JsonSchema): string {
  return String(member(form, 'type').const);
}
