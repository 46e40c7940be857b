import { isActive } from '../../src/search-space/params.ts';
import type { Parameter, Params, SearchSpace } from '../../src/search-space/space.ts';
import { fc } from '../support/properties.ts';

/** Random search spaces with every kind of parameter and conditions, and what a proposal has to keep. */

const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc
    .record({ low: fc.integer({ min: -1000, max: 1000 }), width: fc.integer({ min: 1, max: 5000 }) })
    .map(({ low, width }): Parameter => ({ type: 'float', bounds: [low / 10, (low + width) / 10] })),
  fc.record({ low: fc.integer({ min: 1, max: 1000 }), factor: fc.integer({ min: 2, max: 1000 }) }).map(
    ({ low, factor }): Parameter => ({
      type: 'float',
      bounds: [low / 1000, (low * factor) / 1000],
      log: true,
    }),
  ),
  fc
    .record({
      low: fc.integer({ min: -20, max: 20 }),
      step: fc.integer({ min: 1, max: 30 }),
      n: fc.integer({ min: 1, max: 9 }),
    })
    .map(
      ({ low, step, n }): Parameter => ({
        type: 'float',
        bounds: [low, low + (n * step) / 10],
        step: step / 10,
      }),
    ),
  fc
    .record({ low: fc.integer({ min: -50, max: 50 }), width: fc.integer({ min: 1, max: 100 }) })
    .map(({ low, width }): Parameter => ({ type: 'int', bounds: [low, low + width] })),
  fc
    .record({ low: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 3000 }) })
    .map(({ low, width }): Parameter => ({ type: 'int', bounds: [low, low + width], log: true })),
  fc
    .record({
      low: fc.integer({ min: 0, max: 9 }),
      step: fc.integer({ min: 2, max: 7 }),
      n: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ low, step, n }): Parameter => ({ type: 'int', bounds: [low, low + n * step], step })),
  fc
    .integer({ min: 2, max: 5 })
    .map((n): Parameter => ({ type: 'categorical', choices: ['a', 'b', 1, '1', true].slice(0, n) })),
  fc.constant<Parameter>({ type: 'bool' }),
);

/** Each parameter may hang on the nearest nominal one before it. */
export const searchSpace = ({ maxParameters = 7 } = {}): fc.Arbitrary<SearchSpace> =>
  fc
    .array(fc.record({ parameter, isChild: fc.boolean() }), { minLength: 1, maxLength: maxParameters })
    .map((rows) => {
      const space: Record<string, Parameter> = {};
      let parent: string | undefined;
      rows.forEach(({ parameter: own, isChild }, i) => {
        const name = `p${i}`;
        const choices = parent && space[parent];
        const when =
          isChild && parent && choices
            ? { [parent]: choices.type === 'categorical' ? [choices.choices[1]!] : [true] }
            : undefined;
        space[name] = when ? { ...own, when } : own;
        if (own.type === 'categorical' || own.type === 'bool') parent = name;
      });
      return space;
    });

/** What is wrong with a parameter set, in words; empty when nothing is. */
export function faults(space: SearchSpace, params: Params): string[] {
  const found: string[] = [];
  for (const name in params) if (!space[name]) found.push(`${name} is not in the space`);
  for (const name in space) {
    const own = space[name]!;
    const value = params[name];
    if (isActive(own, params) !== (value !== undefined))
      found.push(`${name} is ${value} against its condition`);
    if (value === undefined) continue;
    if (own.type === 'bool' && typeof value !== 'boolean') found.push(`${name} is no bool: ${value}`);
    if (own.type === 'categorical' && !own.choices.includes(value))
      found.push(`${name} is no choice: ${value}`);
    if (own.type !== 'float' && own.type !== 'int') continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) found.push(`${name} is no number: ${value}`);
    const [low, high] = own.bounds;
    if (!(Number(value) >= low && Number(value) <= high)) found.push(`${name} is out of bounds: ${value}`);
    if (own.type === 'int' && !Number.isInteger(value)) found.push(`${name} is not whole: ${value}`);
    const steps = own.step === undefined ? 0 : (Number(value) - low) / own.step;
    if (Math.abs(steps - Math.round(steps)) > 1e-9) found.push(`${name} is off its step: ${value}`);
  }
  return found;
}
